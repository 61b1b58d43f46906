//! A call that is cancelled in each of its phases.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use facade::{CancellationToken, Cancelled, Place, Retry, RetryMiddleware};
use futures_util::{StreamExt, stream};
use reqwest::Body;
use stack_tests::{Log, Session, find, soon};
use testkit::{Behaviour, Gate, Reply};
use tokio::sync::Notify;

#[tokio::test]
async fn cancelling_before_the_headers_closes_the_connection() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let token = CancellationToken::new();
    let call = tokio::spawn(session.client().get("slow").cancel(&token).send());
    soon(session.server.wait_for_requests(1)).await;
    assert_eq!(session.server.disconnects(), 0);
    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    assert_eq!(session.server.request_count(), 1);
}

#[tokio::test]
async fn dropping_before_the_headers_closes_the_connection() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let call = tokio::spawn(session.client().get("slow").send());
    soon(session.server.wait_for_requests(1)).await;
    call.abort();
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_deadline_that_passes_closes_the_connection() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let request = session.client().get("slow");
    let call = tokio::spawn(request.deadline(Duration::from_secs(2)).send());
    soon(session.server.wait_for_requests(1)).await;
    assert!(soon(call).await.unwrap().unwrap_err().is_deadline());
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn cancelling_in_the_body_closes_the_connection() {
    let session = Session::fresh().await;
    let stalls = Reply::status(200).chunk("first").then_stall();
    session.server.on("/feed", stalls);
    let token = CancellationToken::new();
    let request = session.client().get("feed").cancel(&token);
    let mut stream = soon(request.send()).await.unwrap().stream();
    assert_eq!(soon(stream.next()).await.unwrap().unwrap(), "first");

    let rest = tokio::spawn(async move { (stream.next().await, stream.next().await.is_none()) });
    tokio::task::yield_now().await;
    token.cancel();
    let (error, over) = soon(rest).await.unwrap();
    let error = error.unwrap().unwrap_err();
    assert!(error.is_cancelled() && over);
    assert!(find::<Cancelled>(&error).is_some());
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn dropping_a_response_that_is_not_read_closes_the_connection() {
    let session = Session::fresh().await;
    let stalls = Reply::status(200).chunk("first").then_stall();
    session.server.on("/feed", stalls);
    let response = soon(session.client().get("feed").send()).await.unwrap();
    drop(response);
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn cancelling_an_upload_stops_it() {
    let session = Session::fresh().await;
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"first"))]);
    let body = Body::wrap_stream(first.chain(stream::pending()));
    let token = CancellationToken::new();
    let upload = session.client().put("upload").body(body).cancel(&token);
    let call = tokio::spawn(upload.send());
    soon(session.server.wait_for_body_bytes(5)).await;
    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    let requests = session.server.requests();
    assert_eq!((requests.len(), requests[0].is_body_complete()), (1, false));
}

#[tokio::test]
async fn a_waiter_that_is_cancelled_leaves_the_refresh_to_the_others() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let arrivals = Log::default();
    let probe = arrivals.probe("caller");
    let client = session.builder().middleware(Place::Call, probe);
    let client = client.build().unwrap();
    let first = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    let token = CancellationToken::new();
    let waiter = tokio::spawn(client.get("me").cancel(&token).send());
    let other = tokio::spawn(client.get("me").send());
    soon(arrivals.wait_for(3)).await;

    token.cancel();
    assert!(soon(waiter).await.unwrap().unwrap_err().is_cancelled());
    held.open();
    for call in [first, other] {
        assert_eq!(soon(call).await.unwrap().unwrap().status(), 200);
    }
    assert_eq!((session.refreshes(), session.sent_with("a2")), (1, 2));
}

#[tokio::test]
async fn a_call_that_waits_for_a_permit_can_be_cancelled_and_takes_none_with_it() {
    let session = Session::fresh().await;
    let gate = Gate::new();
    session
        .server
        .on("/held", Session::answer().after_gate(&gate));
    let log = Log::default();
    let client = session.builder().concurrency_limit(1);
    let client = client.middleware(Place::Attempt, log.probe("attempt"));
    let client = client.build().unwrap();
    let first = tokio::spawn(client.get("held").send());
    soon(gate.wait_for(1)).await;
    let token = CancellationToken::new();
    let waiting = tokio::spawn(client.get("me").cancel(&token).send());
    let queued = tokio::spawn(client.get("me").send());
    soon(log.wait_for(3)).await;

    token.cancel();
    assert!(soon(waiting).await.unwrap().unwrap_err().is_cancelled());
    assert_eq!(session.server.request_count(), 1);
    gate.open();
    for call in [first, queued] {
        assert_eq!(soon(call).await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(session.server.request_count(), 2);
}

#[tokio::test]
async fn a_cancelled_call_gives_its_permit_back() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.builder().concurrency_limit(1).build().unwrap();
    let token = CancellationToken::new();
    let hanging = tokio::spawn(client.get("slow").cancel(&token).send());
    soon(session.server.wait_for_requests(1)).await;
    let next = tokio::spawn(client.get("me").send());
    token.cancel();
    assert!(soon(hanging).await.unwrap().is_err());
    assert_eq!(soon(next).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn cancelling_in_a_backoff_sends_nothing_more_and_keeps_the_connection() {
    let session = Session::fresh().await;
    let busy = Reply::status(503).header("retry-after", "30");
    session.server.on("/busy", busy.body("later"));
    let waits = Arc::new(Notify::new());
    let told = Arc::clone(&waits);
    let retry = RetryMiddleware::new().on_retry(move |_| told.notify_one());
    let client = session.builder().retry(retry).build().unwrap();
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("busy").cancel(&token).send());
    soon(waits.notified()).await;

    token.cancel();
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!((error.attempts(), session.server.request_count()), (1, 1));
    soon(client.get("me").send()).await.unwrap();
    assert_eq!(session.server.request_count(), 2);
}

#[tokio::test]
async fn a_call_that_is_parked_can_be_cancelled_and_the_others_stay_parked() {
    let session = Session::fresh().await;
    let busy = Reply::status(429).header("retry-after", "30");
    session.server.on("/busy", busy);
    let log = Log::default();
    let client = session.builder().retry(RetryMiddleware::new().park(true));
    let client = client.middleware(Place::Call, log.probe("call"));
    let client = client.build().unwrap();
    let busy = client.get("busy").retry(Retry::never());
    assert!(soon(busy.send()).await.is_err());

    let token = CancellationToken::new();
    let parked = tokio::spawn(client.get("me").cancel(&token).send());
    let sibling = tokio::spawn(client.get("me").send());
    soon(log.wait_for(4)).await;
    token.cancel();
    assert!(soon(parked).await.unwrap().unwrap_err().is_cancelled());
    assert!(!sibling.is_finished());
    assert_eq!(session.server.request_count(), 1);
}

#[tokio::test]
async fn cancelling_while_an_errors_body_is_read_closes_the_connection() {
    let session = Session::fresh().await;
    let stalls = Reply::status(404).chunk("first").then_stall();
    session.server.on("/missing", stalls);
    let log = Log::default();
    let client = session.builder().middleware(Place::Call, log.probe("call"));
    let client = client.build().unwrap();
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("missing").cancel(&token).send());
    soon(log.wait_for(2)).await;
    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
}

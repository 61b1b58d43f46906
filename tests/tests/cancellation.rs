//! Cancellation that the server sees.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use bytes::Bytes;
use facade::{CancellationToken, Cancelled, Place};
use futures_util::{StreamExt, stream};
use reqwest::Body;
use stack_tests::{Log, Session, find, soon};
use testkit::{Behaviour, Gate, Reply};

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
async fn the_siblings_of_a_cancelled_call_go_on() {
    let session = Session::fresh().await;
    let gate = Gate::new();
    let held = Session::answer().after_gate(&gate);
    session.server.on("/held", held);
    let client = session.client();
    let (token, other) = (CancellationToken::new(), CancellationToken::new());
    let cancelled = tokio::spawn(client.get("held").cancel(&token).send());
    let siblings = [
        tokio::spawn(client.get("held").send()),
        tokio::spawn(client.get("held").cancel(&other).send()),
    ];
    soon(gate.wait_for(3)).await;

    token.cancel();
    assert!(soon(cancelled).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    gate.open();
    for sibling in siblings {
        let response = soon(sibling).await.unwrap().unwrap();
        assert_eq!(soon(response.text()).await.unwrap(), r#"{"name":"ada"}"#);
    }
    assert_eq!(session.server.disconnects(), 1);
}

#[tokio::test]
async fn one_token_ends_many_calls_and_a_child_ends_its_own() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let call = |token| tokio::spawn(client.get("slow").cancel(token).send());
    let (first, second, third) = (call(&child), call(&parent), call(&parent));
    soon(session.server.wait_for_requests(3)).await;

    child.cancel();
    assert!(soon(first).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    assert!(!second.is_finished() && !third.is_finished());
    parent.cancel();
    for call in [second, third] {
        assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    }
    soon(session.server.wait_for_disconnects(3)).await;
}

#[tokio::test]
async fn a_token_that_is_cancelled_already_sends_nothing() {
    let session = Session::fresh().await;
    let token = CancellationToken::new();
    token.cancel();
    let call = session.client().get("me").cancel(&token).send();
    assert!(soon(call).await.unwrap_err().is_cancelled());
    assert_eq!(session.server.connections(), 0);
}

#[tokio::test]
async fn a_token_that_is_cancelled_after_the_end_is_harmless() {
    let session = Session::fresh().await;
    let client = session.client();
    let token = CancellationToken::new();
    let response = soon(client.get("me").cancel(&token).send()).await.unwrap();
    let mut stream = response.stream();
    assert_eq!(soon(stream.next()).await.unwrap().unwrap().len(), 14);
    assert!(soon(stream.next()).await.is_none());
    token.cancel();
    drop(stream);

    soon(client.get("me").send()).await.unwrap();
    assert_eq!(session.server.connections(), 1, "it is used again");
    assert_eq!(session.server.disconnects(), 0);
}

#[tokio::test]
async fn an_answer_that_can_be_cancelled_is_otherwise_the_same() {
    let session = Session::fresh().await;
    let client = session.client();
    let token = CancellationToken::new();
    let plain = soon(client.get("me").send()).await.unwrap();
    let wrapped = soon(client.get("me").cancel(&token).send()).await.unwrap();
    for response in [plain, wrapped] {
        assert_eq!(response.url(), &session.server.url_of("/me"));
        assert_eq!(response.remote_addr(), Some(session.server.address()));
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.content_length(), Some(14));
        assert_eq!(response.version(), http::Version::HTTP_11);
        assert_eq!(soon(response.bytes()).await.unwrap().len(), 14);
    }
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

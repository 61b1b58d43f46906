//! The limit on how long an attempt waits for its headers.

use std::time::Duration;

use facade::{CallOptions, ErrorKind, TimeoutPhase};
use futures_util::future::join_all;
use request_context::HeadersTimedOut;
use stack_tests::{Session, builder, find, soon};
use testkit::{Behaviour, FaultServer, Gate, Reply};
use tokio::time::{Instant, sleep};

use crate::policy::retries;

const HEADERS: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Headers);
/// Long enough for headers to arrive on a busy machine.
const SECOND: Duration = Duration::from_secs(1);
const PAST_IT: Duration = Duration::from_millis(1200);

#[tokio::test]
async fn headers_that_do_not_come_are_a_timeout_of_their_own_and_tried_again() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    let client = builder(server.url()).retry(retries(2));
    let client = client.headers_timeout(SECOND).build().unwrap();
    let an_hour = Duration::from_secs(3600);
    let limited = builder(server.url()).retry(retries(2));
    let limited = limited.headers_timeout(an_hour).build().unwrap();
    let derived = CallOptions::new().headers_timeout(SECOND);
    let derived = limited.with(derived).unwrap();
    let calls = [
        (client.get("get"), "/get", 3),
        (client.post("post"), "/post", 1),
        (limited.get("own").headers_timeout(SECOND), "/own", 3),
        (derived.get("derived"), "/derived", 3),
    ];
    let calls = calls.map(async |(request, path, attempts)| {
        let begun = Instant::now();
        let error = soon(request.send()).await.unwrap_err();
        assert!(begun.elapsed() >= SECOND * attempts, "{path}");
        assert_eq!((error.kind(), error.attempts()), (HEADERS, attempts));
        assert!(find::<HeadersTimedOut>(&error).is_some(), "{error:?}");
        assert_eq!(server.count_of(path), attempts as usize);
    });
    join_all(calls).await;
    soon(server.wait_for_disconnects(10)).await;
}

#[tokio::test]
async fn a_request_can_do_without_the_limit_of_its_client() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).after(PAST_IT));
    let client = builder(server.url()).headers_timeout(SECOND);
    let client = client.retry(None).build().unwrap();
    let unlimited = client.get("x").headers_timeout(None).send();
    let (unlimited, limited) = tokio::join!(soon(unlimited), soon(client.get("x").send()));
    assert_eq!(unlimited.unwrap().status(), 200);
    assert_eq!(limited.unwrap_err().kind(), HEADERS);
}

#[tokio::test]
async fn a_body_that_takes_longer_than_its_headers_may_is_no_fault() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::SlowDrip {
        reply: Reply::json(200, "[1,2,3,4]"),
        interval: Duration::from_millis(150),
    });
    let client = builder(server.url()).retry(retries(2));
    let client = client.headers_timeout(SECOND).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    assert_eq!(
        (response.attempts(), response.content_length()),
        (1, Some(9))
    );
    assert_eq!(soon(response.text()).await.unwrap(), "[1,2,3,4]");
    let fetched: [u8; 4] = soon(client.get("x").fetch()).await.unwrap();
    assert_eq!((fetched, server.request_count()), ([1, 2, 3, 4], 2));
}

#[tokio::test]
async fn one_attempt_whose_headers_do_not_come_heals() {
    let server = FaultServer::start().await.unwrap();
    server.once(Behaviour::HangBeforeHeaders);
    let client = builder(server.url()).retry(retries(2));
    let client = client.headers_timeout(SECOND).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    assert_eq!((response.attempts(), server.request_count()), (2, 2));
}

#[tokio::test]
async fn the_wait_for_a_permit_does_not_count() {
    let gate = Gate::new();
    let server = FaultServer::start().await.unwrap();
    server.on("/held", Reply::status(200).after_gate(&gate));
    let client = builder(server.url()).concurrency_limit(1).build().unwrap();
    let held = tokio::spawn(client.get("held").send());
    soon(gate.wait_for(1)).await;
    let waiting = client.get("free").headers_timeout(SECOND);
    let waiting = waiting.retry(facade::Retry::never());
    let waiting = tokio::spawn(waiting.send());
    // It is about a limit that has passed, so it has to pass.
    sleep(PAST_IT).await;
    assert_eq!(server.count_of("/free"), 0);
    gate.open();
    soon(held).await.unwrap().unwrap();
    assert_eq!(soon(waiting).await.unwrap().unwrap().attempts(), 1);
}

#[tokio::test]
async fn the_wait_for_a_refresh_does_not_count() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let client = session.builder().headers_timeout(SECOND).retry(retries(0));
    let client = client.build().unwrap();
    let call = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    sleep(PAST_IT).await;
    held.open();
    let healed = soon(call).await.unwrap().unwrap();
    assert_eq!((healed.attempts(), session.refreshes()), (2, 1));
}

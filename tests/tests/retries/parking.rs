//! A server that asks to be left alone, and is.

use std::sync::Arc;
use std::time::Duration;

use facade::{CancellationToken, Client, ErrorKind, Place};
use stack_tests::{Log, builder, soon};
use testkit::{FaultServer, Reply};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::policy::retries;

/// A client that knows that the server wants to be left alone for a minute, and a log of the calls that come to it.
async fn told_to_wait(server: &FaultServer) -> (Client, Log) {
    server.once(Reply::status(429).header("retry-after", "60"));
    let log = Log::default();
    let client = builder(server.url())
        .retry(retries(0).park(true))
        .middleware(Place::Call, log.probe("call"));
    let client = client.build().unwrap();
    let error = soon(client.get("first").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    log.take();
    (client, log)
}

#[tokio::test]
async fn one_429_holds_back_all_siblings_until_the_time_it_named() {
    let server = FaultServer::start().await.unwrap();
    server.once(Reply::status(429).header("retry-after", "2"));
    let told = Arc::new(Notify::new());
    let tell = Arc::clone(&told);
    let log = Log::default();
    let retry = retries(1).park(true).on_retry(move |_| tell.notify_one());
    let client = builder(server.url()).retry(retry);
    let client = client.middleware(Place::Call, log.probe("call"));
    let client = client.build().unwrap();
    let begun = Instant::now();
    let first = tokio::spawn(client.get("first").send());
    soon(told.notified()).await;

    let sibling = |n| match n % 2 {
        0 => client.get("sibling"),
        _ => client.post("sibling"),
    };
    let siblings: Vec<_> = (0..20).map(|n| tokio::spawn(sibling(n).send())).collect();
    soon(log.wait_for(21)).await;
    assert_eq!(server.request_count(), 1, "all of them wait");
    soon(server.wait_for_requests(2)).await;
    assert!(begun.elapsed() >= Duration::from_secs(2));

    assert_eq!(soon(first).await.unwrap().unwrap().attempts(), 2);
    for sibling in siblings {
        let response = soon(sibling).await.unwrap().unwrap();
        assert_eq!(response.attempts(), 1);
        assert!(!response.waited().is_zero());
    }
    assert_eq!(server.request_count(), 22);
}

#[tokio::test]
async fn a_held_call_that_is_cancelled_sends_nothing() {
    let server = FaultServer::start().await.unwrap();
    let (client, log) = told_to_wait(&server).await;
    let token = CancellationToken::new();
    let held = tokio::spawn(client.get("held").cancel(&token).send());
    soon(log.wait_for(1)).await;
    token.cancel();
    assert!(soon(held).await.unwrap().unwrap_err().is_cancelled());
    assert_eq!(log.lines(), ["call > nothing", "call dropped"]);
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn a_call_that_may_not_be_sent_before_its_deadline_ends_at_once() {
    let server = FaultServer::start().await.unwrap();
    let (client, _) = told_to_wait(&server).await;
    let half = Duration::from_secs(30);
    let begun = Instant::now();
    let error = soon(client.get("held").deadline(half).send()).await;
    let error = error.unwrap_err();
    assert!(error.is_deadline(), "{error:?}");
    assert!(begun.elapsed() < half);
    assert_eq!(
        (error.waited(), server.request_count()),
        (Duration::ZERO, 1)
    );
}

#[tokio::test]
async fn another_server_and_a_client_that_does_not_know_are_not_held() {
    let server = FaultServer::start().await.unwrap();
    let (client, _) = told_to_wait(&server).await;
    let other = FaultServer::start().await.unwrap();
    soon(client.get(other.url()).send()).await.unwrap();
    let stranger = builder(server.url()).build().unwrap();
    soon(stranger.get("free").send()).await.unwrap();
    assert_eq!((server.request_count(), other.request_count()), (2, 1));
}

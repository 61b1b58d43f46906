//! Sessions that are over, and credentials that can't be had.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use facade::{
    ApiError, BearerTokens, CredentialUnavailable, ErrorKind, Place, RefreshError, RefreshFailure,
    RefreshQueue, Renewable, SessionEnded,
};
use request_context::{Credential, CredentialError};
use stack_tests::{Log, Session, builder, find, soon, tokens};
use testkit::{FaultServer, Gate, Reply};
use tokio::sync::oneshot;

use crate::expectations::{assert_error, assert_kind, through_the_chain, through_the_facade};

#[track_caller]
fn failure(error: &ApiError) -> &RefreshFailure {
    assert_kind(error, ErrorKind::CredentialUnavailable);
    let unavailable = find::<CredentialUnavailable>(error).unwrap();
    unavailable.source().unwrap().downcast_ref().unwrap()
}

#[derive(Debug, thiserror::Error)]
#[error("the caller's own")]
struct Own;

#[tokio::test]
async fn a_session_that_was_signed_out() {
    let session = Session::fresh().await;
    session.queue.clear();
    let client = session.client();
    let url = session.server.url_of("/me");
    let facade = soon(through_the_facade(client.get("me"))).await;
    assert_error(&facade, ErrorKind::SessionEnded, &url, 0);
    let chain = soon(through_the_chain(&client, url)).await;
    assert_kind(&chain, ErrorKind::SessionEnded);
    for error in [facade, chain] {
        let ended = find::<SessionEnded>(&error).unwrap();
        assert!(ended.is_signed_out() && ended.source().is_none());
    }
    assert_eq!(session.server.connections(), 0);
}

type Refuse = fn(Own) -> RefreshError;

#[tokio::test]
async fn a_refusal_or_failure_of_the_refresher_is_found_with_its_reason() {
    let server = Session::stale().await.server;
    let url = server.url_of("/me");
    for (refuse, kind) in [
        (RefreshError::rejected as Refuse, ErrorKind::SessionEnded),
        (
            RefreshError::failed as Refuse,
            ErrorKind::CredentialUnavailable,
        ),
    ] {
        let refresher = move |_: Option<BearerTokens>| async move { Err(refuse(Own)) };
        let queue = RefreshQueue::builder(refresher).credential(tokens(1));
        let client = builder(server.url()).session(queue.build());
        let client = client.build().unwrap();
        let facade = soon(through_the_facade(client.get("me"))).await;
        assert_error(&facade, kind, &url, 1);
        let chain = soon(through_the_chain(&client, url.clone())).await;
        assert_kind(&chain, kind);
        for error in [facade, chain] {
            assert!(find::<Own>(&error).is_some(), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_refresh_that_takes_too_long() {
    // Long enough for the request to be under way, so that its end can be seen.
    let limit = Duration::from_secs(2);
    let session = Session::stale_with(|queue| queue.timeout(limit)).await;
    let _held = session.hold_refresh();
    let error = soon(through_the_facade(session.client().get("me"))).await;
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_refresher_that_panics() {
    let server = Session::stale().await.server;
    let refresher = async |_: Option<BearerTokens>| panic!("of the refresher");
    let queue = RefreshQueue::builder(refresher).credential(tokens(1));
    let client = builder(server.url()).session(queue.build());
    let client = client.build().unwrap();
    for call in Session::call(&client, 10) {
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(matches!(failure(&error), RefreshFailure::Panicked));
    }
}

#[tokio::test]
async fn more_waiters_than_the_queue_allows() {
    let session = Session::stale_with(|queue| queue.max_waiters(1)).await;
    let held = session.hold_refresh();
    let client = session.client();
    let first = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    let error = soon(through_the_facade(client.get("me"))).await;
    assert!(matches!(failure(&error), RefreshFailure::WaitersFull));
    held.open();
    assert_eq!(soon(first).await.unwrap().unwrap().attempts(), 2);
}

#[tokio::test]
async fn a_server_that_takes_no_token_is_given_up_after_some_refreshes() {
    let a_minute = Duration::from_secs(60);
    let session = Session::stale_with(|queue| queue.max_refreshes(3, a_minute)).await;
    session.server.reject_token("a2");
    let client = session.client();
    for refreshes in 1..=3 {
        let error = soon(through_the_facade(client.get("me"))).await;
        assert_kind(&error, ErrorKind::Unauthorized);
        assert_eq!((error.attempts(), session.refreshes()), (2, refreshes));
    }
    let error = soon(through_the_facade(client.get("me"))).await;
    assert!(matches!(failure(&error), RefreshFailure::TooManyRefreshes));
    assert_eq!(session.refreshes(), 3);
}

#[tokio::test]
async fn a_refresh_whose_runtime_ends_is_told_to_waiters_of_another_runtime() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let refusals = Gate::new();
    for _ in 0..2 {
        let refusal = Reply::status(401).after_gate(&refusals);
        session.server.once_on("/me", refusal);
    }
    let (end, ended) = oneshot::channel::<()>();
    let starter = session.client();
    let other_runtime = std::thread::spawn(move || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(starter.get("me").send());
        ended.blocking_recv().unwrap();
    });
    soon(refusals.wait_for(1)).await;
    let log = Log::default();
    let client = session.builder();
    let client = client.middleware(Place::Attempt, log.probe("attempt"));
    let client = client.build().unwrap();
    let waiter = tokio::spawn(client.get("me").send());
    soon(refusals.wait_for(2)).await;
    refusals.release(1);
    soon(held.wait_for(1)).await;
    refusals.release(1);
    soon(log.wait_for(2)).await;
    assert_eq!(
        log.lines()[1],
        "attempt < 401",
        "now it waits for the refresh"
    );

    end.send(()).unwrap();
    let error = soon(waiter).await.unwrap().unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::RuntimeEnded));
    other_runtime.join().unwrap();
    assert_eq!(soon(client.get("me").send()).await.unwrap().attempts(), 1);
    assert_eq!(session.refreshes(), 2);
}

/// A credential that can't be put on a request.
#[derive(Clone)]
struct Broken;

impl Renewable for Broken {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Credential for Broken {
    async fn apply(&self, _request: &mut reqwest::Request) -> Result<(), CredentialError> {
        Err(CredentialError::new(Own))
    }
}

#[tokio::test]
async fn a_credential_that_cannot_be_applied() {
    let server = FaultServer::start().await.unwrap();
    let queue = RefreshQueue::builder(async |_: Option<Broken>| Ok(Broken));
    let client = builder(server.url()).session(queue.credential(Broken).build());
    let client = client.build().unwrap();
    let error = soon(through_the_facade(client.get("me"))).await;
    assert_error(&error, ErrorKind::Other, &server.url_of("/me"), 0);
    assert!(find::<CredentialError>(&error).is_some());
    assert!(find::<Own>(&error).is_some());
    assert_eq!(server.connections(), 0);
}

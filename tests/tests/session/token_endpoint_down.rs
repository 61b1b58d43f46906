//! Token endpoints that are out of order: nobody is signed out by that.

use std::time::Duration;

use facade::{ApiError, ConnectPhase, CredentialUnavailable, ErrorKind, RefreshFailure};
use stack_tests::{Log, Session, find, soon};
use testkit::{Behaviour, FaultServer, Gate, Reply};

/// What of an unavailable credential the token endpoint is to blame for.
fn blamed(error: &ApiError) -> &ApiError {
    assert_eq!(error.kind(), ErrorKind::CredentialUnavailable);
    assert!(!error.is_session_ended());
    assert!(find::<CredentialUnavailable>(error).is_some());
    let failure = find::<RefreshFailure>(error).unwrap();
    let RefreshFailure::Failed(reason) = failure else {
        panic!("{failure:?}");
    };
    reason.downcast_ref::<ApiError>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_told_of_a_failed_refresh_and_it_is_not_tried_again_at_once() {
    let an_hour = Duration::from_secs(3600);
    let session = Session::stale_with(|queue| queue.backoff(an_hour, an_hour)).await;
    session.server.on(Session::TOKEN, Reply::status(503));
    let gate = Gate::new();
    for _ in 0..100 {
        let refusal = Reply::status(401).after_gate(&gate);
        session.server.once_on("/me", refusal);
    }
    let client = session.client();
    let calls = Session::call(&client, 100);
    soon(gate.wait_for(100)).await;
    gate.open();

    for call in calls {
        let error = soon(call).await.unwrap().unwrap_err();
        assert_eq!(blamed(&error).kind(), ErrorKind::Unavailable);
    }
    let later = soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(later.kind(), ErrorKind::CredentialUnavailable);
    assert_eq!((session.refreshes(), session.refresher.runs()), (1, 1));
    assert_eq!(session.access_token().as_deref(), Some("a1"));
}

/// The refresh was for a token that the server had refused: sending more requests with it helps nobody.
#[tokio::test]
async fn those_who_wait_for_a_refresh_that_fails_are_not_sent_with_the_refused_token() {
    let an_hour = Duration::from_secs(3600);
    let session = Session::stale_with(|queue| queue.backoff(an_hour, an_hour)).await;
    let gate = Gate::new();
    let down = Reply::status(503).after_gate(&gate);
    session.server.on(Session::TOKEN, down);
    let arrivals = Log::default();
    let client = session.builder();
    let client = client.middleware(facade::Place::Call, arrivals.probe("caller"));
    let client = client.build().unwrap();
    let mut calls = Session::call(&client, 1);
    soon(gate.wait_for(1)).await;
    calls.extend(Session::call(&client, 9));
    soon(arrivals.wait_for(10)).await;
    gate.open();

    for call in calls {
        let error = soon(call).await.unwrap().unwrap_err();
        assert_eq!(blamed(&error).kind(), ErrorKind::Unavailable);
    }
    assert_eq!(session.refreshes(), 1);
    assert_eq!(session.sent_with("a1"), 1);
}

#[tokio::test]
async fn a_token_endpoint_that_is_not_there_is_asked_again_when_it_is_back() {
    let session = Session::stale_with(|queue| queue.backoff(Duration::ZERO, Duration::ZERO)).await;
    let stopped = FaultServer::start().await.unwrap();
    session.refresher.move_to(stopped.url_of("/gone"));
    stopped.stop().await;
    let client = session.client();
    let error = soon(client.get("me").send()).await.unwrap_err();
    let refused = ErrorKind::Connect(ConnectPhase::Server);
    assert_eq!(blamed(&error).kind(), refused);
    assert_eq!(session.access_token().as_deref(), Some("a1"));

    let back = session.server.url_of(Session::TOKEN);
    session.refresher.move_to(back);
    assert_eq!(soon(client.get("me").send()).await.unwrap().attempts(), 1);
    assert_eq!(session.refresher.runs(), 2);
}

#[tokio::test]
async fn no_failure_of_a_token_endpoint_ends_the_session() {
    let session = Session::stale_with(|queue| queue.backoff(Duration::ZERO, Duration::ZERO)).await;
    let client = session.client();
    let granted = Session::granted(2);
    let faults: [(Behaviour, ErrorKind); 10] = [
        (Reply::status(500).into(), ErrorKind::Server),
        (Reply::status(503).into(), ErrorKind::Unavailable),
        (Reply::status(429).into(), ErrorKind::RateLimited),
        (
            Reply::json(400, r#"{"error":"invalid_request"}"#).into(),
            ErrorKind::BadRequest,
        ),
        (Behaviour::ResetAfterReading, ErrorKind::Reset),
        (Behaviour::CloseEarly, ErrorKind::Reset),
        (Behaviour::garbage(), ErrorKind::Protocol),
        (
            Behaviour::Truncate {
                reply: granted,
                sent: 20,
            },
            ErrorKind::Reset,
        ),
        (Reply::json(200, "{}").into(), ErrorKind::Decode),
        (
            Reply::status(200).body("<html>busy</html>").into(),
            ErrorKind::Decode,
        ),
    ];
    let runs = faults.len();
    for (fault, kind) in faults {
        session.server.once_on(Session::TOKEN, fault.clone());
        let error = soon(client.get("me").send()).await.unwrap_err();
        assert_eq!(blamed(&error).kind(), kind, "{fault:?}");
        assert_eq!(session.access_token().as_deref(), Some("a1"), "{fault:?}");
    }
    assert_eq!(session.refresher.runs(), runs);
    assert_eq!(soon(client.get("me").send()).await.unwrap().attempts(), 1);
}

//! Retries above a session: each attempt carries a credential that is valid, and the token endpoint is spared.

use std::time::Duration;

use facade::{CredentialUnavailable, ErrorKind, Retry, RetryMiddleware};
use stack_tests::{Session, find, soon, tokens};
use testkit::{Behaviour, Gate, Reply};

use crate::policy::retries;

#[tokio::test]
async fn a_busy_server_and_a_refused_token_heal_together_and_are_counted_together() {
    let session = Session::stale().await;
    session.server.once_on("/me", Reply::status(503));
    let client = session.builder().retry(retries(2)).build().unwrap();
    let healed = soon(client.get("me").send()).await.unwrap();
    assert_eq!((healed.attempts(), session.refreshes()), (3, 1));
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (2, 1));
}

#[tokio::test]
async fn a_server_that_is_busy_after_the_refresh_heals_with_the_new_token() {
    let session = Session::stale().await;
    session
        .server
        .once_on("/me", Reply::status(401))
        .once_on("/me", Reply::status(503));
    let client = session.builder().retry(retries(2)).build().unwrap();
    let healed = soon(client.get("me").send()).await.unwrap();
    assert_eq!((healed.attempts(), session.refreshes()), (3, 1));
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 2));
}

#[tokio::test]
async fn the_replay_after_a_refusal_is_no_retry() {
    for retry in [Some(retries(0)), None] {
        let session = Session::stale().await;
        let client = session.builder().retry(retry).build().unwrap();
        let healed = soon(client.get("me").send()).await.unwrap();
        assert_eq!((healed.attempts(), healed.waited()), (2, Duration::ZERO));
        let payment = soon(client.post("me").send()).await.unwrap();
        assert_eq!((payment.attempts(), session.refreshes()), (1, 1));
    }
}

/// The server has refused the first, so it arrives twice; what was not refused arrives once.
#[tokio::test]
async fn a_post_is_replayed_after_a_refusal_but_not_after_a_failure() {
    let session = Session::stale().await;
    session
        .server
        .once_on("/pay", Reply::status(401))
        .once_on("/pay", Reply::status(503));
    let client = session.builder().retry(retries(2)).build().unwrap();
    let error = soon(client.post("pay").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unavailable, 2)
    );
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 1));
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let session = Session::stale().await;
    session.server.reject_token("a2");
    let client = session.builder().retry(retries(5)).build().unwrap();
    let error = soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 2)
    );
    assert_eq!(session.refreshes(), 1);
}

/// Ten calls that are refused at the same moment. Their requests say that they may be retried.
async fn refused_together(session: &Session, retry: Option<RetryMiddleware>) -> Vec<ErrorKind> {
    let gate = Gate::new();
    for _ in 0..10 {
        let refusal = Reply::status(401).after_gate(&gate);
        session.server.once_on("/me", refusal);
    }
    let client = session.builder().retry(retry).build().unwrap();
    let calls: Vec<_> = (0..10)
        .map(|_| tokio::spawn(client.get("me").retry(Retry::always()).send()))
        .collect();
    soon(gate.wait_for(10)).await;
    gate.open();
    let mut kinds = Vec::new();
    for call in calls {
        let error = soon(call).await.unwrap().unwrap_err();
        assert_eq!((error.attempts(), error.waited()), (1, Duration::ZERO));
        kinds.push(error.kind());
    }
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_refresh_is_final_for_all_callers() {
    let session = Session::stale().await;
    session.server.on(Session::TOKEN, Session::invalid_grant());
    let kinds = refused_together(&session, Some(retries(5))).await;
    assert_eq!(kinds, [ErrorKind::SessionEnded; 10]);
    assert_eq!((session.refreshes(), session.refresher.runs()), (1, 1));
    assert_eq!(session.server.count_of("/me"), 10);
}

/// The refresher has retries and a backoff of its own. Callers times attempts would hammer a token endpoint that is down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_send_no_more_requests_to_a_token_endpoint_that_is_down() {
    let an_hour = Duration::from_secs(3600);
    let down = [
        Reply::status(503).into(),
        Behaviour::CloseEarly,
        Behaviour::garbage(),
    ];
    for (down, retry) in down
        .into_iter()
        .flat_map(|down| [None, Some(retries(5))].map(|retry| (down.clone(), retry)))
    {
        let session = Session::stale_with(|queue| queue.backoff(an_hour, an_hour)).await;
        session.server.on(Session::TOKEN, down.clone());
        let kinds = refused_together(&session, retry).await;
        assert_eq!(kinds, [ErrorKind::CredentialUnavailable; 10], "{down:?}");
        assert_eq!((session.refreshes(), session.refresher.runs()), (1, 1));
        assert_eq!(session.server.count_of("/me"), 10);
    }
}

#[tokio::test]
async fn a_refresh_that_fails_between_two_attempts_ends_the_call() {
    let an_hour = Duration::from_secs(3600);
    let session = Session::stale_with(|queue| queue.backoff(an_hour, an_hour)).await;
    session
        .server
        .once_on("/me", Reply::status(503))
        .on(Session::TOKEN, Reply::status(503));
    let client = session.builder().retry(retries(5)).build().unwrap();
    let error = soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialUnavailable);
    assert!(find::<CredentialUnavailable>(&error).is_some());
    assert_eq!((error.attempts(), session.refreshes()), (2, 1));
    assert!(error.waited() >= Duration::from_millis(1));
}

#[tokio::test]
async fn an_attempt_carries_the_token_that_is_valid_when_it_is_made() {
    let session = Session::stale().await;
    session.server.once_on("/me", Reply::status(503));
    let queue = session.queue.clone();
    let retry = retries(2).on_retry(move |_| queue.set(tokens(2)));
    let client = session.builder().retry(retry).build().unwrap();
    let response = soon(client.get("me").send()).await.unwrap();
    assert_eq!((response.attempts(), session.refreshes()), (2, 0));
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 1));
}

#[tokio::test]
async fn a_sign_out_between_two_attempts_ends_the_call() {
    let session = Session::fresh().await;
    session.server.once_on("/me", Reply::status(503));
    let queue = session.queue.clone();
    let retry = retries(2).on_retry(move |_| queue.clear());
    let client = session.builder().retry(retry).build().unwrap();
    let error = soon(client.get("me").send()).await.unwrap_err();
    assert!(error.is_session_ended(), "{error:?}");
    assert_eq!(session.server.request_count(), 1);
}

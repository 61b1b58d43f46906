//! Sessions that the server has ended.

use facade::{ApiError, ErrorKind, SessionEnded};
use stack_tests::{Session, find, soon, tokens};
use testkit::{Gate, Reply};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_told_of_a_revoked_session_after_one_refresh() {
    let session = Session::stale().await;
    session.server.on(Session::TOKEN, Session::invalid_grant());
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
        assert_eq!(error.kind(), ErrorKind::SessionEnded);
        let ended = find::<SessionEnded>(&error).unwrap();
        assert!(!ended.is_signed_out());
        let reason = find::<ApiError>(std::error::Error::source(ended).unwrap());
        assert_eq!(reason.unwrap().kind(), ErrorKind::BadRequest);
    }
    assert_eq!((session.refreshes(), session.refresher.runs()), (1, 1));
    assert_eq!(session.access_token(), None);

    let later = soon(client.get("me").send()).await.unwrap_err();
    assert!(later.is_session_ended());
    assert_eq!(session.server.request_count(), 101, "nothing more is sent");
}

#[tokio::test]
async fn a_new_sign_in_revives_a_session_that_ended() {
    let session = Session::stale().await;
    session.server.on(Session::TOKEN, Session::invalid_grant());
    let client = session.client();
    let error = soon(client.get("me").send()).await.unwrap_err();
    assert!(error.is_session_ended());

    session.queue.set(tokens(2));
    let response = soon(client.get("me").send()).await.unwrap();
    assert_eq!((response.attempts(), session.refreshes()), (1, 1));
}

#[tokio::test]
async fn an_ended_session_does_not_stop_calls_that_want_no_credential() {
    let session = Session::stale().await;
    session.server.on("/status", Reply::status(204));
    session.queue.clear();
    let client = session.client();
    assert!(
        soon(client.get("status").send())
            .await
            .unwrap_err()
            .is_session_ended()
    );
    let response = soon(client.get("status").without_auth().send()).await;
    assert_eq!(response.unwrap().status(), 204);
    assert_eq!(session.server.request_count(), 1);
}

#[tokio::test]
async fn a_request_of_one_user_is_never_sent_again_for_another() {
    let session = Session::stale().await;
    let gate = Gate::new();
    session
        .server
        .once_on("/me", Reply::status(401).after_gate(&gate));
    let call = tokio::spawn(session.client().post("me").body("mine").send());
    soon(gate.wait_for(1)).await;
    session.queue.set(tokens(2));
    gate.open();
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(error.is_session_ended());
    assert_eq!((session.sent_with("a2"), session.refreshes()), (0, 0));
}

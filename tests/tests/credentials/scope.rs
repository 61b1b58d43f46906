//! A token that is good, and not enough.

use facade::ErrorKind;
use stack_tests::{Session, soon};
use testkit::Reply;

#[tokio::test]
async fn a_scope_that_is_missing_is_a_typed_error_and_no_refresh() {
    let session = Session::fresh().await;
    let client = session.client();
    let challenge = r#"Bearer error="insufficient_scope", scope="admin""#;
    for status in [401, 403] {
        let refusal = Reply::status(status).header("www-authenticate", challenge);
        session.server.on("/admin", refusal);
        let error = soon(client.get("admin").send()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::InsufficientScope, 1)
        );
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
    assert_eq!(
        (session.refreshes(), session.server.count_of("/admin")),
        (0, 2)
    );
}

#[tokio::test]
async fn an_error_code_that_a_new_token_does_not_answer_starts_no_refresh() {
    let session = Session::fresh().await;
    let challenge = r#"Bearer error="invalid_request""#;
    let refusal = Reply::status(401).header("www-authenticate", challenge);
    session.server.on("/odd", refusal);
    let error = soon(session.client().get("odd").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn a_403_that_calls_the_token_invalid_is_healed() {
    let session = Session::fresh().await;
    session.server.accept_token("a2");
    let challenge = r#"Bearer error="invalid_token""#;
    let refusal = Reply::status(403).header("www-authenticate", challenge);
    session.server.once_on("/me", refusal);
    let response = soon(session.client().get("me").send()).await.unwrap();
    assert_eq!((response.attempts(), session.refreshes()), (2, 1));
}

#[tokio::test]
async fn where_a_challenge_is_required_a_401_without_one_starts_no_refresh() {
    let session = Session::stale().await;
    session.server.on("/proxied", Reply::status(401));
    let client = session.builder().require_challenge(true).build().unwrap();
    let error = soon(client.get("proxied").send()).await.unwrap_err();
    assert_eq!((error.attempts(), session.refreshes()), (1, 0));
    let healed = soon(client.get("me").send()).await.unwrap();
    assert_eq!((healed.attempts(), session.refreshes()), (2, 1));
}

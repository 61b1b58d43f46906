//! A server whose clock is behind the token endpoint's.

use std::time::{Duration, SystemTime};

use stack_tests::{Session, soon};
use testkit::Reply;

#[tokio::test]
async fn a_new_token_that_is_not_valid_yet_is_sent_again_shortly_and_not_renewed_again() {
    let session = Session::stale().await;
    let refused = Reply::status(401).header("www-authenticate", r#"Bearer error="invalid_token""#);
    let behind = SystemTime::now() - Duration::from_secs(2);
    let too_early = refused
        .clone()
        .header("date", httpdate::fmt_http_date(behind));
    session
        .server
        .once_on("/me", refused)
        .once_on("/me", too_early);
    let response = soon(session.client().get("me").send()).await.unwrap();
    assert_eq!((response.attempts(), session.refreshes()), (3, 1));
    assert!(
        response.waited() >= Duration::from_secs(1),
        "{:?}",
        response.waited()
    );
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 2));
}

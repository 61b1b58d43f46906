//! The answer of a body that breaks off while a layer reads it.

use std::time::Duration;

use facade::{ErrorKind, RetryMiddleware};
use reqwest_retry::policies::ExponentialBackoff;
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, Reply};

fn cut(id: &'static str) -> Behaviour {
    let reply = Reply::json(200, r#"{"name": "ada"}"#).header("x-request-id", id);
    Behaviour::Truncate { reply, sent: 9 }
}

#[tokio::test]
async fn the_last_attempts_answer_is_kept_and_no_earlier_one() {
    let server = FaultServer::start().await.unwrap();
    let policy = ExponentialBackoff::builder().retry_bounds(Duration::ZERO, Duration::ZERO);
    let retry = RetryMiddleware::new().policy(policy.build_with_max_retries(1));
    let client = builder(server.url()).retry(retry).build().unwrap();

    server.once(cut("r1")).once(cut("r2"));
    let error = soon(client.get("x").fetch::<String>()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Reset, 2));
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.request_id(), Some("r2"));
    assert_eq!(error.text(), r#"{"name": "#);
    assert!(!error.is_body_complete());

    server.once(cut("r1")).once(Behaviour::ResetAfterReading);
    let error = soon(client.get("x").fetch::<String>()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Reset, 2));
    assert!(error.status().is_none() && error.request_id().is_none());
}

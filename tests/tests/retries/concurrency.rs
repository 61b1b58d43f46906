//! The limit on requests in flight, and calls that wait to be sent again.

use std::sync::Arc;
use std::time::Duration;

use facade::{CancellationToken, RetryMiddleware};
use stack_tests::{builder, soon};
use testkit::{FaultServer, Reply};
use tokio::sync::Notify;

use crate::policy::every;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_call_that_waits_to_be_sent_again_holds_no_permit_and_sends_nothing_when_it_is_cancelled()
{
    let server = FaultServer::start().await.unwrap();
    server.on("/busy", Reply::status(503));
    let waits = Arc::new(Notify::new());
    let told = Arc::clone(&waits);
    let retry = RetryMiddleware::new().policy(every(HOUR, 1));
    let retry = retry.on_retry(move |_| told.notify_one());
    let client = builder(server.url()).retry(retry).concurrency_limit(1);
    let client = client.build().unwrap();
    let token = CancellationToken::new();
    let waiting = tokio::spawn(client.get("busy").cancel(&token).send());
    soon(waits.notified()).await;

    for _ in 0..3 {
        soon(client.get("free").send()).await.unwrap();
    }
    token.cancel();
    let error = soon(waiting).await.unwrap().unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!((error.attempts(), server.count_of("/busy")), (1, 1));
    assert_eq!(server.count_of("/free"), 3);
}

#[tokio::test]
async fn calls_that_are_all_tried_again_get_through_one_permit() {
    let server = FaultServer::start().await.unwrap();
    for _ in 0..20 {
        server.once(Reply::status(503).body("busy"));
    }
    let retry = RetryMiddleware::new().policy(every(Duration::from_millis(1), 20));
    let client = builder(server.url()).retry(retry).concurrency_limit(1);
    let client = client.build().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(client.get("x").send()))
        .collect();
    let mut attempts = 0;
    for call in calls {
        attempts += soon(call).await.unwrap().unwrap().attempts();
    }
    assert_eq!((attempts, server.request_count()), (40, 40));
}

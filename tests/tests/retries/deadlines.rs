//! The deadline of a call that is tried again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use facade::{ErrorKind, Place, RetryMiddleware};
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, Reply};
use tokio::time::Instant;

use crate::policy::{every, retries};

const HOUR: Duration = Duration::from_secs(3600);

/// A client that waits two hours before each retry.
fn slow_to_retry(server: &FaultServer) -> facade::ClientBuilder {
    let retry = RetryMiddleware::new().policy(every(2 * HOUR, 5));
    builder(server.url()).retry(retry)
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun_and_the_last_outcome_comes_up() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(503).body("busy"));
    let client = slow_to_retry(&server).deadline(HOUR).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unavailable, 1)
    );
    assert_eq!(
        (error.text().as_ref(), error.waited()),
        ("busy", Duration::ZERO)
    );
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn what_was_waited_until_then_is_told() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(429).header("retry-after-ms", "20"))
        .once(Reply::status(503).header("retry-after-ms", "30"))
        .once(Behaviour::CloseEarly);
    let client = slow_to_retry(&server).deadline(HOUR).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Reset, 3));
    assert!(error.waited() >= Duration::from_millis(50), "{error:?}");
    assert_eq!(server.request_count(), 3);

    server
        .once(Reply::status(429).header("retry-after-ms", "20"))
        .once(Reply::status(200));
    let response = soon(client.get("x").send()).await.unwrap();
    assert!(response.waited() >= Duration::from_millis(20));
}

#[tokio::test]
async fn what_the_server_asks_for_is_not_waited_for_beyond_the_deadline_or_the_cap() {
    let server = FaultServer::start().await.unwrap();
    server
        .on("/minute", Reply::status(429).header("retry-after", "60"))
        .on("/more", Reply::status(429).header("retry-after", "61"));
    let client = builder(server.url()).retry(retries(5)).build().unwrap();
    let soon_over = client.get("minute").deadline(Duration::from_secs(30));
    for request in [soon_over, client.get("more")] {
        let error = soon(request.send()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::RateLimited, 1)
        );
    }
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn a_deadline_that_passes_within_an_attempt_ends_the_call_as_the_deadline() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(503))
        .otherwise(Behaviour::HangBeforeHeaders);
    let client = builder(server.url()).retry(retries(5)).build().unwrap();
    let limit = Duration::from_secs(2);
    let begun = Instant::now();
    let error = soon(client.get("x").deadline(limit).send())
        .await
        .unwrap_err();
    assert!(begun.elapsed() >= limit);
    assert!(error.is_deadline(), "{error:?}");
    assert_eq!((error.attempts(), server.request_count()), (2, 2));
}

/// Writes down what each attempt is given.
#[derive(Clone, Default)]
struct Timeouts(Arc<Mutex<Vec<Duration>>>);

#[async_trait]
impl Middleware for Timeouts {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let timeout = *request.timeout().unwrap();
        self.0.lock().unwrap().push(timeout);
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn each_attempt_is_given_what_the_waits_have_left_of_the_deadline() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(503).header("retry-after-ms", "300"))
        .once(Reply::status(429).header("retry-after-ms", "200"));
    let timeouts = Timeouts::default();
    let client = builder(server.url()).retry(retries(5)).deadline(HOUR);
    let client = client.middleware(Place::Attempt, timeouts.clone());
    let response = soon(client.build().unwrap().get("x").send()).await;
    assert_eq!(response.unwrap().attempts(), 3);
    let timeouts = timeouts.0.lock().unwrap();
    let [first, second, third] = timeouts[..] else {
        panic!("{timeouts:?}");
    };
    assert!(first <= HOUR);
    assert!(second + Duration::from_millis(300) <= first);
    assert!(third + Duration::from_millis(200) <= second);
}

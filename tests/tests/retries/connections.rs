//! The connections that retries travel on.

use std::time::Duration;

use facade::{ErrorKind, RetryMiddleware};
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::policy::{every, retries};

/// Longer than a small answer takes on a busy machine.
const WAIT: Duration = Duration::from_millis(250);

/// How many connections a call needs that is retried so often, with such waits.
async fn connections_of(busy: Reply, wait: Duration, retries: u32) -> usize {
    let server = FaultServer::start().await.unwrap();
    for _ in 0..retries {
        server.once(busy.clone());
    }
    let retry = RetryMiddleware::new().policy(every(wait, retries));
    let client = builder(server.url()).retry(retry).build().unwrap();
    let response = soon(client.get("busy").send()).await.unwrap();
    assert_eq!(response.attempts(), retries + 1);
    assert_eq!(server.request_count(), retries as usize + 1);
    server.connections()
}

#[tokio::test]
async fn twenty_retries_after_a_503_with_a_slow_small_body_use_one_connection() {
    let slow = Reply::status(503).chunks(["try", "again", "later"], Duration::from_millis(5));
    assert_eq!(connections_of(slow, WAIT, 20).await, 1);
}

/// With full jitter a wait may be next to nothing.
#[tokio::test]
async fn a_small_body_is_read_to_its_end_even_if_the_wait_is_over_before() {
    let slow = Reply::status(503).chunks(["try", "again", "later"], Duration::from_millis(5));
    assert_eq!(connections_of(slow, Duration::from_millis(1), 3).await, 1);
}

/// Reading it would cost more than a new connection does.
#[tokio::test]
async fn retries_after_a_503_with_a_large_body_use_a_connection_each() {
    let large = vec![0; 4 * 1024 * 1024];
    let announced = Reply::status(503).body(large.clone());
    let in_pieces = large.chunks(64 * 1024).map(<[u8]>::to_vec);
    let in_pieces = Reply::status(503).chunks(in_pieces, Duration::ZERO);
    assert_eq!(connections_of(announced, WAIT, 4).await, 5);
    assert_eq!(connections_of(in_pieces, WAIT, 4).await, 5);
}

#[tokio::test]
async fn a_503_whose_body_hangs_costs_its_connection_and_holds_nobody_up() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangInBody {
        reply: Reply::status(503).body("try again later"),
        sent: 3,
    });
    let client = builder(server.url()).read_timeout(Duration::from_secs(2));
    let client = client.retry(retries(2)).build().unwrap();
    let error = soon(client.get("busy").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unavailable, 3)
    );
    assert_eq!(error.text(), "try", "what there is of it");
    assert_eq!((server.request_count(), server.connections()), (3, 3));
    soon(server.wait_for_open_connections(0)).await;
}

#[tokio::test]
async fn a_call_that_heals_leaves_its_connection_to_the_next() {
    let server = FaultServer::start().await.unwrap();
    let retry = RetryMiddleware::new().policy(every(WAIT, 2));
    let client = builder(server.url()).retry(retry).build().unwrap();
    let slow = Reply::status(503).chunks(["try", "later"], Duration::from_millis(5));
    for _ in 0..5 {
        server.once(slow.clone());
        let healed = soon(client.get("doc").send()).await.unwrap();
        assert_eq!(healed.attempts(), 2);
        soon(healed.bytes()).await.unwrap();
    }
    assert_eq!((server.request_count(), server.connections()), (10, 1));
}

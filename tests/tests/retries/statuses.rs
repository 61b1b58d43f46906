//! Which answers are asked for again.

use std::time::Duration;

use facade::{ErrorKind, RetryMiddleware};
use futures_util::future::join_all;
use http::StatusCode;
use stack_tests::{builder, soon};
use testkit::{FaultServer, Reply};

use crate::policy::retries;
use crate::ways::{Attempts, Clients, ask_in_each_way};

fn answers() -> [(u16, ErrorKind, usize); 16] {
    [
        (408, ErrorKind::Other, 3),
        (429, ErrorKind::RateLimited, 3),
        (500, ErrorKind::Server, 3),
        (502, ErrorKind::Unavailable, 3),
        (503, ErrorKind::Unavailable, 3),
        (504, ErrorKind::Unavailable, 3),
        (400, ErrorKind::BadRequest, 1),
        (401, ErrorKind::Unauthorized, 1),
        (403, ErrorKind::Forbidden, 1),
        (404, ErrorKind::NotFound, 1),
        (409, ErrorKind::Conflict, 1),
        (412, ErrorKind::PreconditionFailed, 1),
        (422, ErrorKind::Unprocessable, 1),
        (425, ErrorKind::Other, 1),
        (501, ErrorKind::Server, 1),
        (505, ErrorKind::Server, 1),
    ]
}

#[tokio::test]
async fn six_statuses_are_retried_on_one_connection_and_a_post_without_a_key_arrives_once() {
    let clients = Clients::new(Duration::from_secs(20));
    let checks = answers().map(async |(status, kind, attempts)| {
        let behaviour = Reply::json(status, r#"{"error":"busy"}"#).into();
        let attempts = Attempts {
            read: attempts,
            fetched: attempts,
        };
        for outcome in ask_in_each_way(&clients, &behaviour, attempts).await {
            let (name, error, server) = (outcome.name, &outcome.error, &outcome.server);
            assert_eq!(error.kind(), kind, "{name}: {error:?}");
            assert_eq!(error.text(), r#"{"error":"busy"}"#, "{name}: {error:?}");
            outcome.assert_attempts(server.request_count());
            assert_eq!(server.connections(), 1, "{name}: {error:?}");
        }
    });
    join_all(checks).await;
}

#[tokio::test]
async fn the_last_of_several_failures_is_what_comes_up() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(503))
        .once(testkit::Behaviour::CloseEarly)
        .once(Reply::status(404).body("gone astray"));
    let client = builder(server.url()).retry(retries(5)).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 3));
    assert_eq!(error.text(), "gone astray");
    assert_eq!(server.request_count(), 3);
}

#[tokio::test]
async fn more_statuses_can_be_asked_for_and_a_post_still_arrives_once() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(409));
    let conflict = |retry: RetryMiddleware| retry.also_on(StatusCode::CONFLICT);
    let client = builder(server.url()).retry(conflict(retries(2)));
    let client = client.build().unwrap();
    for (request, attempts) in [(client.get("x"), 3), (client.post("x"), 1)] {
        let error = soon(request.send()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Conflict, attempts)
        );
    }
    assert_eq!(server.request_count(), 4);
}

#[tokio::test]
async fn a_client_that_does_not_retry_sends_everything_once() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(503));
    let client = builder(server.url()).retry(None).build().unwrap();
    let own = facade::Retry::always();
    let error = soon(client.get("x").retry(own).send()).await.unwrap_err();
    assert_eq!((error.attempts(), server.request_count()), (1, 1));
}

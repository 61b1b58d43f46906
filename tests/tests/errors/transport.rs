//! What can break between here and there.

use std::time::Duration;

use facade::{ApiError, ClientBuilder, ErrorKind, TimeoutPhase};
use stack_tests::soon;
use testkit::{Behaviour, FaultServer, Reply};

use crate::expectations::{assert_error, assert_kind, through_the_facade};

const ATTEMPT: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Attempt);

/// A builder of clients that send once, so that each fault is seen as it is.
fn builder(base_url: impl Into<String>) -> ClientBuilder {
    stack_tests::builder(base_url).retry(None)
}

#[tokio::test]
async fn a_requests_own_timeout_ends_an_attempt_before_the_headers_and_in_the_body() {
    let server = FaultServer::start().await.unwrap();
    let stalls = Reply::status(200).chunk("01234").then_stall();
    server
        .on("/silent", Behaviour::HangBeforeHeaders)
        .on("/stall", stalls);
    let client = builder(server.url()).build().unwrap();
    let second = Duration::from_secs(1);
    for path in ["/silent", "/stall"] {
        let request = client.get(path).timeout(second);
        let error = soon(through_the_facade(request)).await;
        assert_error(&error, ATTEMPT, &server.url_of(path), 1);
    }
}

#[tokio::test]
async fn an_error_in_a_stream_is_typed_and_located() {
    let server = FaultServer::start().await.unwrap();
    let broken = Reply::status(200).chunk("01234").then_break_off();
    server.otherwise(broken);
    let client = builder(server.url()).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    let chunks = futures_util::StreamExt::collect::<Vec<_>>(response.stream());
    let [Ok(_), Err(error)] = &soon(chunks).await[..] else {
        panic!("one chunk, one error");
    };
    assert_error(error, ErrorKind::Reset, &server.url_of("/x"), 1);
}

#[tokio::test]
async fn an_error_of_the_inner_response_can_be_typed_afterwards() {
    let server = FaultServer::start().await.unwrap();
    let broken = Reply::status(200).chunk("01234").then_break_off();
    server.otherwise(broken);
    let client = builder(server.url()).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    let error = soon(response.into_inner().text()).await.unwrap_err();
    assert_kind(&ApiError::from(error), ErrorKind::Reset);
}

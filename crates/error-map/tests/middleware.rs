//! The middleware over a scripted transport: which answers become errors, and what is kept of them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::error::Error as _;
use std::time::Duration;

use error_map::{ApiError, ErrorKind, ErrorMapMiddleware};
use http::Method;
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Answer, BodyBrokenOff, Reply, ScriptedTransport};

const URL: &str = "http://api.test/users/7?key=hunter2";

fn client(transport: &ScriptedTransport, layer: ErrorMapMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

async fn error_of(reply: Reply) -> ApiError {
    let transport = ScriptedTransport::new().reply(reply);
    let client = client(&transport, ErrorMapMiddleware::new().body_limit(8));
    client.get(URL).send().await.unwrap_err().into()
}

#[tokio::test]
async fn an_answer_below_400_passes_as_it_is() {
    for status in [200, 204, 304, 399] {
        let transport = ScriptedTransport::new().reply(Reply::status(status).body("whole"));
        let client = client(&transport, ErrorMapMiddleware::new());
        let response = client.get(URL).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.text().await.unwrap(), "whole");
    }
}

#[tokio::test]
async fn an_error_keeps_status_headers_body_and_the_request() {
    let error = error_of(
        Reply::status(409)
            .header("x-request-id", "r1")
            .body("taken"),
    )
    .await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.status().unwrap(), 409);
    assert_eq!(error.headers().unwrap()["x-request-id"], "r1");
    assert_eq!(error.text(), "taken");
    assert_eq!(
        error.to_string(),
        "conflict (409): GET http://api.test/users/7"
    );
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_long_body_is_kept_up_to_the_limit() {
    let error = error_of(Reply::status(500).body("123456789")).await;
    assert_eq!(error.text(), "12345678");
    let endless = error_of(Reply::status(500).chunk("12345").then_repeat()).await;
    assert_eq!(endless.text(), "12345123");
}

#[tokio::test]
async fn a_body_that_breaks_off_does_not_hide_the_status() {
    let error = error_of(Reply::status(503).chunk("half").then_break_off()).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.text(), "half");
    assert!(!error.is_body_complete());
    assert!(error.find_source::<BodyBrokenOff>().is_some());
}

#[tokio::test]
async fn a_body_is_complete_if_nothing_of_it_is_missing() {
    for (body, is_complete) in [("", true), ("12345678", true), ("123456789", false)] {
        let error = error_of(Reply::status(500).body(body)).await;
        assert_eq!(error.is_body_complete(), is_complete, "{body}");
        assert!(error.source().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_body_nothing_is_read_if_nothing_is_to_be_kept() {
    let begun = tokio::time::Instant::now();
    let transport = ScriptedTransport::new()
        .reply(Reply::status(500).then_stall())
        .reply(Reply::status(500).body(""));
    let client = client(&transport, ErrorMapMiddleware::new().body_limit(0));
    let hangs = ApiError::from(client.get(URL).send().await.unwrap_err());
    assert!(hangs.body().is_empty() && !hangs.is_body_complete());
    let empty = ApiError::from(client.get(URL).send().await.unwrap_err());
    assert!(empty.is_body_complete());
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_head_has_no_body_to_wait_for() {
    let begun = tokio::time::Instant::now();
    let transport = ScriptedTransport::new().reply(Reply::status(404).then_stall());
    let client = client(&transport, ErrorMapMiddleware::new());
    let error = ApiError::from(client.head(URL).send().await.unwrap_err());
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.method(), Some(&Method::HEAD));
    assert!(error.body().is_empty() && error.is_body_complete());
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_hangs_does_not_hide_the_status() {
    let begun = tokio::time::Instant::now();
    let error = error_of(Reply::status(404).chunk("half").then_stall()).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.text(), "half");
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn errors_from_below_pass_as_they_are() {
    let transport = ScriptedTransport::new()
        .fail(request_context::SessionEnded::signed_out())
        .then(Answer::fail_to_connect());
    let client = client(&transport, ErrorMapMiddleware::new());
    let ended = ApiError::from(client.get(URL).send().await.unwrap_err());
    assert_eq!(ended.kind(), ErrorKind::SessionEnded);
    let refused = ApiError::from(client.get(URL).send().await.unwrap_err());
    assert!(refused.source().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_body_can_be_shortened() {
    let reply = Reply::status(404).chunk("half").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let layer = ErrorMapMiddleware::new().body_timeout(Duration::from_secs(1));
    let begun = tokio::time::Instant::now();
    let error = client(&transport, layer).get(URL).send().await.unwrap_err();
    assert_eq!(ApiError::from(error).text(), "half");
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
}

//! What comes back: bodies, limits and errors, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::error::Error;
use std::time::Duration;

use facade::{
    ApiError, BodyTooLarge, CancellationToken, Client, DecodeError, ErrorKind, Place, TimeoutPhase,
};
use futures_util::StreamExt;
use serde::Deserialize;
use testkit::{Reply, ScriptedTransport};

#[derive(Debug, Deserialize, PartialEq)]
struct User {
    name: String,
}

fn client(reply: Reply) -> Client {
    Client::builder("https://api.test")
        .middleware(Place::Attempt, ScriptedTransport::new().otherwise(reply))
        .body_limit(16)
        .build()
        .unwrap()
}

#[tokio::test]
async fn fetch_decodes_what_the_caller_asked_for() {
    let user = client(Reply::json(200, r#"{"name":"ada"}"#))
        .get("me")
        .fetch::<User>()
        .await;
    assert_eq!(user.unwrap().name, "ada");
}

#[tokio::test]
async fn an_empty_body_is_null() {
    let empty = client(Reply::status(204));
    empty.delete("me").fetch::<()>().await.unwrap();
    assert_eq!(empty.get("me").fetch::<Option<User>>().await.unwrap(), None);
    let error = empty.get("me").fetch::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_decode_error_tells_the_place_and_the_request_but_no_value() {
    let error = client(Reply::json(200, r#"{"name":73313}"#))
        .get("me")
        .fetch::<User>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let source = error
        .source()
        .unwrap()
        .downcast_ref::<DecodeError>()
        .unwrap();
    assert_eq!(source.path(), Some("name"));
    assert!(!format!("{error} {error:?} {source}").contains("73313"));
    assert_eq!(
        error.to_string(),
        "the body could not be decoded (200): GET https://api.test/me"
    );
}

#[tokio::test]
async fn a_body_comes_piece_by_piece_beyond_the_limit_and_where_it_breaks_off_is_told() {
    let reply = || Reply::status(200).chunk("0123456789").chunk("0123456789");
    let mut whole = client(reply()).get("a").send().await.unwrap();
    for _ in 0..2 {
        let piece = whole.chunk().await.unwrap().unwrap();
        assert_eq!(piece, "0123456789");
    }
    assert_eq!(whole.chunk().await.unwrap(), None);

    let broken = client(reply().then_break_off());
    let mut broken = broken.get("a").send().await.unwrap();
    for _ in 0..2 {
        broken.chunk().await.unwrap().unwrap();
    }
    let error = broken.chunk().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reset);
    assert_eq!(error.status().unwrap(), 200);
}

#[tokio::test]
async fn an_error_status_is_an_error_with_its_body() {
    let reply = Reply::json(422, r#"{"error":"name"}"#).header("x-request-id", "r1");
    let error = client(reply).post("users").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unprocessable);
    assert_eq!(error.text(), r#"{"error":"name"}"#);
    assert_eq!(error.headers().unwrap()["x-request-id"], "r1");
    assert_eq!(error.method().unwrap(), "POST");
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_a_longer_one_is_an_error() {
    let exact = client(Reply::status(200).body("0123456789abcdef"));
    assert_eq!(
        exact.get("a").send().await.unwrap().text().await.unwrap(),
        "0123456789abcdef"
    );

    for long in [
        Reply::status(200).body("0123456789abcdef0"),
        Reply::status(200).chunk("0123456789").chunk("0123456789"),
        Reply::status(200).chunk("0123456789").then_repeat(),
    ] {
        let error = client(long)
            .get("a")
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        let source = error.source().unwrap().downcast_ref::<BodyTooLarge>();
        assert_eq!(source.unwrap().limit, 16);
    }
}

#[tokio::test]
async fn a_request_may_raise_the_limit_and_a_stream_has_none() {
    let pieces = Reply::status(200).chunk("0123456789").chunk("0123456789");
    let client = client(pieces);
    let raised = client.get("a").body_limit(20).send().await.unwrap();
    assert_eq!(raised.bytes().await.unwrap().len(), 20);

    let stream = client.get("a").send().await.unwrap().stream();
    let pieces: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(pieces, ["0123456789", "0123456789"]);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_broken_connection_and_ends_the_stream() {
    let client = client(Reply::status(200).chunk("half").then_break_off());
    let error = client
        .get("a")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reset);

    let mut stream = client.get("a").send().await.unwrap().stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), "half");
    let error: ApiError = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reset);
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_in_the_body_is_named() {
    let client = client(Reply::status(200).chunk("half").then_stall());
    let limited = client.get("a").deadline(Duration::from_secs(5));
    let error = limited.send().await.unwrap().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Deadline));

    let limited = client.get("a").timeout(Duration::from_secs(5));
    let error = limited.send().await.unwrap().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Attempt));
}

#[tokio::test(start_paused = true)]
async fn a_call_cancelled_in_the_body_says_so() {
    let client = client(Reply::status(200).chunk("half").then_stall());
    let token = CancellationToken::new();
    let response = client.get("a").cancel(&token).send().await.unwrap();
    let reading = tokio::spawn(response.bytes());
    tokio::task::yield_now().await;
    token.cancel();
    let error = reading.await.unwrap().unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.url().unwrap().as_str(), "https://api.test/a");
}

#[tokio::test]
async fn the_answer_can_be_had_as_reqwest_has_it() {
    let response = client(Reply::status(201).body("x"))
        .get("a")
        .send()
        .await
        .unwrap();
    assert_eq!(response.attempts(), 1);
    assert_eq!(response.content_length(), Some(1));
    assert_eq!(response.into_inner().status(), 201);
}

#[tokio::test]
async fn a_login_page_in_the_place_of_json_stays_readable() {
    let page = Reply::status(200).header("content-type", "text/html");
    let error = client(page.body("<h1>Sign in</h1>"))
        .get("me")
        .fetch::<User>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.text(), "<h1>Sign in</h1>");
    assert!(error.is_body_complete());
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.headers().unwrap()["content-type"], "text/html");
    assert!(!format!("{error} {error:?}").contains("Sign in"));
}

#[tokio::test]
async fn what_need_not_be_there_is_none_also_where_a_404_is_no_error() {
    for status in [404, 410] {
        let client = client(Reply::json(status, r#"{"name":"no"}"#));
        let request = client.get("me").error_for(|_| false);
        assert_eq!(request.fetch_optional::<User>().await.unwrap(), None);
    }
}

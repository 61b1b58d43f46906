//! Bodies that go up, and bodies that come down.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use facade::{BodyTooLarge, ErrorKind, ErrorMapMiddleware};
use futures_util::{StreamExt, stream};
use reqwest::Body;
use serde_json::json;
use stack_tests::{Session, find, soon};
use testkit::{Behaviour, Reply};

/// A stream of a megabyte, which can't be cloned.
fn upload() -> Body {
    let chunks = (0..16_u8).map(|n| Ok::<_, Infallible>(Bytes::from(vec![n; 64 * 1024])));
    Body::wrap_stream(stream::iter(chunks))
}

fn is_the_upload(body: &[u8]) -> bool {
    let mut chunks = body.chunks(64 * 1024).zip(0..16);
    body.len() == 1024 * 1024 && chunks.all(|(chunk, n)| chunk.iter().all(|byte| *byte == n))
}

#[tokio::test]
async fn an_upload_stream_is_sent_once_and_not_refused() {
    let session = Session::fresh().await;
    let upload = session.client().put("upload").body(upload());
    let response = soon(upload.send()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.attempts()), (200, 1));
    let requests = session.server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("transfer-encoding"), Some("chunked"));
    assert!(is_the_upload(requests[0].body()));
}

#[tokio::test]
async fn an_upload_stream_is_sent_once_even_if_it_is_refused_and_the_next_call_is_healthy() {
    let session = Session::stale().await;
    let client = session.client();
    let error = soon(client.put("upload").body(upload()).send())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!((error.attempts(), session.refreshes()), (1, 1));
    assert!(is_the_upload(session.server.requests()[0].body()));

    let next = soon(client.put("upload").body(upload()).send())
        .await
        .unwrap();
    assert_eq!((next.attempts(), session.refreshes()), (1, 1));
    assert_eq!(session.server.count_of("/upload"), 2);
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 1));
}

#[tokio::test]
async fn a_replayable_body_is_made_and_sent_again_after_a_refusal() {
    let session = Session::stale().await;
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let request = session.client().put("upload").replayable_body(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(upload())
    });
    assert_eq!(soon(request.send()).await.unwrap().attempts(), 2);
    assert_eq!(made.load(Ordering::Relaxed), 2);
    let requests = session.server.requests();
    let uploads: Vec<_> = requests
        .iter()
        .filter(|request| request.path() == "/upload")
        .map(|request| is_the_upload(request.body()))
        .collect();
    assert_eq!(uploads, [true, true]);
}

#[tokio::test]
async fn a_replayable_body_is_made_once_when_nothing_is_refused() {
    let session = Session::fresh().await;
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let request = session.client().put("upload").replayable_body(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(upload())
    });
    assert_eq!(soon(request.send()).await.unwrap().attempts(), 1);
    assert_eq!(made.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_json_body_is_sent_again_as_it_was_after_a_refusal() {
    let session = Session::stale().await;
    let message = json!({"text": "hello", "to": ["ada", "grace"]});
    let request = session.client().post("messages").query(&[("draft", "1")]);
    let response = soon(request.json(&message).send()).await.unwrap();
    assert_eq!((response.attempts(), session.refreshes()), (2, 1));
    let requests = session.server.requests();
    let mut sent: Vec<_> = requests
        .iter()
        .filter(|request| request.path() == "/messages")
        .collect();
    assert_eq!(sent.len(), 2);
    for request in sent.drain(..) {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.query(), Some("draft=1"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(request.body()).unwrap(),
            message
        );
    }
}

#[tokio::test]
async fn the_json_of_a_healed_call_is_that_of_the_second_answer() {
    let session = Session::stale().await;
    let refusal = Reply::json(401, r#"{"name":"nobody"}"#);
    session.server.once_on("/me", refusal);
    let me = session.client().get("me").fetch::<serde_json::Value>();
    assert_eq!(soon(me).await.unwrap(), json!({"name": "ada"}));
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_read_and_one_byte_more_is_a_typed_error() {
    let session = Session::fresh().await;
    let client = session.client();
    for (path, reply) in [
        ("/whole", Reply::status(200).body("0123456789")),
        ("/chunked", Reply::status(200).chunk("01234").chunk("56789")),
    ] {
        session.server.on(path, reply);
        let just = soon(client.get(path).body_limit(10).send()).await.unwrap();
        assert_eq!(soon(just.bytes()).await.unwrap(), "0123456789");

        let less = soon(client.get(path).body_limit(9).send()).await.unwrap();
        let error = soon(less.bytes()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{path}");
        assert_eq!(find::<BodyTooLarge>(&error).unwrap().limit, 9);
        assert_eq!(error.url().unwrap().path(), path);
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_not_waited_for() {
    let session = Session::fresh().await;
    let reply = Reply::status(200).body(vec![0; 100]);
    session
        .server
        .on("/large", Behaviour::HangInBody { reply, sent: 0 });
    let request = session.client().get("large").body_limit(99);
    let response = soon(request.send()).await.unwrap();
    assert_eq!(response.content_length(), Some(100));
    let error = soon(response.text()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_body_without_end_is_given_up_at_the_limit() {
    let session = Session::fresh().await;
    let endless = Reply::status(200).chunk(vec![b'x'; 4096]).then_repeat();
    session.server.on("/endless", endless);
    let response = soon(session.client().get("endless").send()).await.unwrap();
    let error = soon(response.json::<String>()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn the_length_of_what_a_head_request_does_not_get_is_not_too_large() {
    let session = Session::fresh().await;
    let reply = Reply::status(200).header("content-length", "1000000");
    session.server.on("/large", reply);
    let head = session.client().head("large").body_limit(10);
    let response = soon(head.send()).await.unwrap();
    assert_eq!(response.headers()["content-length"], "1000000");
    assert!(soon(response.bytes()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_streamed_download_has_no_limit() {
    const CHUNK: usize = 64 * 1024;
    let session = Session::fresh().await;
    let chunks = (0..=255_u8).map(|n| Bytes::from(vec![n; CHUNK]));
    let reply = chunks.fold(Reply::status(200), Reply::chunk);
    session.server.on("/blob", reply);
    let request = session.client().get("blob").body_limit(10);
    let mut stream = soon(request.send()).await.unwrap().stream();
    let mut read = 0;
    while let Some(chunk) = soon(stream.next()).await {
        for byte in chunk.unwrap() {
            assert_eq!(usize::from(byte), read / CHUNK);
            read += 1;
        }
    }
    assert_eq!(read, 256 * CHUNK);
}

#[tokio::test]
async fn a_stream_that_has_ended_can_be_polled_again() {
    let session = Session::fresh().await;
    let mut stream = soon(session.client().get("me").send())
        .await
        .unwrap()
        .stream();
    while let Some(chunk) = soon(stream.next()).await {
        chunk.unwrap();
    }
    assert!(soon(stream.next()).await.is_none());
}

#[tokio::test]
async fn a_truncated_body_is_a_broken_connection_however_it_is_read() {
    let session = Session::fresh().await;
    let client = session.client();
    let reply = Reply::status(200).body(r#"{"name":"ada"}"#);
    session
        .server
        .on("/cut", Behaviour::Truncate { reply, sent: 8 })
        .on(
            "/broken",
            Reply::status(200).chunk("{\"na").then_break_off(),
        );
    for path in ["cut", "broken"] {
        let response = || async { soon(client.get(path).send()).await.unwrap() };
        let bytes = soon(response().await.bytes()).await.unwrap_err();
        let text = soon(response().await.text()).await.unwrap_err();
        let json = soon(response().await.json::<serde_json::Value>()).await;
        let mut stream = response().await.stream();
        assert!(soon(stream.next()).await.unwrap().is_ok());
        let chunk = soon(stream.next()).await.unwrap().unwrap_err();
        assert!(soon(stream.next()).await.is_none());
        for error in [bytes, text, json.unwrap_err(), chunk] {
            assert_eq!(error.kind(), ErrorKind::Reset, "{path}: {error:?}");
        }
    }
}

#[tokio::test]
async fn of_an_errors_body_the_beginning_is_kept() {
    let session = Session::fresh().await;
    let long = Reply::status(400).body(vec![b'x'; 100 * 1024]);
    session.server.on("/long", long);
    let default = session.client();
    let error = soon(default.get("long").send()).await.unwrap_err();
    assert_eq!(error.body().len(), 64 * 1024);

    let short = ErrorMapMiddleware::new().body_limit(10);
    let short = session.builder().error_map(short).build().unwrap();
    let error = soon(short.get("long").send()).await.unwrap_err();
    assert_eq!(error.text(), "xxxxxxxxxx");
}

#[tokio::test]
async fn an_empty_answer_is_nothing_or_unit() {
    let session = Session::fresh().await;
    session.server.on("/none", Reply::status(204));
    let client = session.client();
    soon(client.delete("none").fetch::<()>()).await.unwrap();
    let none = soon(client.get("none").fetch::<Option<u8>>()).await;
    assert_eq!(none.unwrap(), None);
}

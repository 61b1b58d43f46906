//! Bodies line by line, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

use facade::{ApiError, CancellationToken, Client, DecodeError, ErrorKind, Place};
use futures_util::StreamExt;
use serde::{Deserialize, Deserializer};
use testkit::{Reply, ScriptedTransport};

#[derive(Debug, Deserialize, PartialEq)]
struct User {
    name: String,
}

fn client(reply: Reply, body_limit: usize) -> Client {
    Client::builder("https://api.test")
        .middleware(Place::Attempt, ScriptedTransport::new().otherwise(reply))
        .body_limit(body_limit)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_body_of_lines_is_decoded_line_by_line_and_goes_on_after_a_bad_one() {
    let body = "\u{feff}{\"name\":\"ada\"}\n\n{\"name\":1}\r\n \t\n{\"name\":\"bo\"}";
    let client = client(Reply::status(200).body(body), 16);
    let lines = client.get("users").send().await.unwrap().lines::<User>();
    let place_of = |error: ApiError| {
        let error = error.find_source::<DecodeError>().unwrap();
        (error.line(), error.path().map(str::to_owned))
    };
    let found: Vec<_> = lines
        .map(|line| line.map(|user| user.name).map_err(place_of))
        .collect()
        .await;
    let bad = (3, Some("name".to_owned()));
    assert_eq!(found, [Ok("ada".to_owned()), Err(bad), Ok("bo".to_owned())]);
}

#[tokio::test]
async fn a_bad_line_says_which_request_it_answered() {
    let client = client(Reply::status(200).body("x\n"), 16);
    let mut lines = client.get("users").send().await.unwrap().lines::<User>();
    let error = lines.next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body could not be decoded: GET https://api.test/users"
    );
    assert!(lines.next().await.is_none());
}

#[tokio::test]
async fn a_line_that_is_longer_than_the_limit_ends_the_stream_with_an_error() {
    for (body, expected) in [
        (
            "[1]\n[2,3,4,5,6,7,8,9]\n[1]",
            &[Ok(1), Err(ErrorKind::TooLarge)][..],
        ),
        ("[2,3,4,5,6,7,89]\r\n[1]\r\n", &[Ok(7), Ok(1)]),
    ] {
        let client = client(Reply::status(200).body(body), 16);
        let lines = client.get("users").send().await.unwrap().lines::<Vec<u8>>();
        let lines = lines.map(|line| line.map(|line| line.len()).map_err(|error| error.kind()));
        assert_eq!(lines.collect::<Vec<_>>().await, expected);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_ends_the_stream_after_the_lines_that_came() {
    let client = client(Reply::status(200).chunk("1\n2\n3").then_break_off(), 16);
    let lines = client.get("n").send().await.unwrap().lines::<u8>();
    let lines = lines.map(|line| line.map_err(|error| error.kind()));
    let lines: Vec<_> = lines.collect().await;
    assert_eq!(lines, [Ok(1), Ok(2), Err(ErrorKind::Reset)]);
}

/// Tells on which thread it was decoded.
#[derive(Debug, PartialEq)]
struct Where(ThreadId);

impl<'de> Deserialize<'de> for Where {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?;
        Ok(Self(std::thread::current().id()))
    }
}

/// A line of so many bytes.
fn line(bytes: usize) -> String {
    format!("\"{}\"\n", "x".repeat(bytes - 2))
}

#[tokio::test]
async fn a_large_line_is_decoded_elsewhere() {
    const LARGE: usize = 256 * 1024;
    let body = line(2) + &line(LARGE) + &line(LARGE + 1) + &line(2);
    let client = client(Reply::status(200).body(body), 2 * LARGE);
    let lines = client.get("rows").send().await.unwrap().lines::<Where>();
    let here = Where(std::thread::current().id());
    let is_here: Vec<_> = lines.map(|place| place.unwrap() == here).collect().await;
    assert_eq!(is_here, [true, true, false, true]);
}

/// Cancels the call that it is decoded for.
#[derive(Debug)]
struct Cancels;

static CALL: std::sync::OnceLock<CancellationToken> = std::sync::OnceLock::new();

impl<'de> Deserialize<'de> for Cancels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?;
        CALL.get().unwrap().cancel();
        Ok(Self)
    }
}

#[tokio::test]
async fn a_large_line_of_a_call_that_is_cancelled_ends_the_stream() {
    const LARGE: usize = 512 * 1024;
    let token = CALL.get_or_init(CancellationToken::new);
    let client = client(Reply::status(200).body(line(LARGE) + &line(LARGE)), LARGE);
    let request = client.get("rows").cancel(token);
    let mut lines = request.send().await.unwrap().lines::<Cancels>();
    let error = lines.next().await.unwrap().unwrap_err();
    assert!(error.is_cancelled(), "{error:?}");
    assert_eq!(error.url().unwrap().path(), "/rows");
    assert!(lines.next().await.is_none());
}

#[tokio::test]
async fn lines_that_are_there_at_once_let_other_tasks_have_their_turn() {
    let client = client(Reply::status(200).body("1\n".repeat(10_000)), 16);
    let mut lines = client.get("n").send().await.unwrap().lines::<u8>();
    lines.next().await.unwrap().unwrap();
    let had_its_turn = Arc::new(AtomicBool::new(false));
    let other = tokio::spawn({
        let had_its_turn = Arc::clone(&had_its_turn);
        async move { had_its_turn.store(true, Ordering::SeqCst) }
    });
    while let Some(line) = lines.next().await {
        line.unwrap();
    }
    assert!(
        had_its_turn.load(Ordering::SeqCst),
        "before the lines were over"
    );
    other.await.unwrap();
}

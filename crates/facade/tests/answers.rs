//! What an error keeps of the answer whose body it comes from, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use facade::{
    ApiError, CallOptions, CancellationToken, Client, ClientBuilder, ErrorDetails, ErrorKind,
    ErrorMapMiddleware, Place,
};
use futures_util::StreamExt;
use http::HeaderName;
use testkit::{Reply, ScriptedTransport};

/// A client whose server has a name of its own for requests.
fn builder(transport: &ScriptedTransport) -> ClientBuilder {
    let error_map = ErrorMapMiddleware::new()
        .request_id_headers([HeaderName::from_static("x-trace")])
        .extract_with(|answer| Some(ErrorDetails::new().with_code(answer.status().as_str())));
    Client::builder("https://api.test")
        .middleware(Place::Attempt, transport.clone())
        .error_map(error_map)
        .body_limit(8)
}

fn reply() -> Reply {
    Reply::status(203)
        .header("x-trace", "t1")
        .header("retry-after", "7")
}

fn once(reply: Reply) -> Client {
    let client = builder(&ScriptedTransport::new().reply(reply));
    client.retry(None).build().unwrap()
}

/// Fails unless the error keeps the answer, with this beginning of its body.
#[track_caller]
fn assert_keeps(error: &ApiError, kind: ErrorKind, text: &str, is_complete: bool) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert_eq!(error.status().unwrap(), 203);
    assert_eq!(error.headers().unwrap()["x-trace"], "t1");
    assert_eq!(
        error.request_id(),
        Some("t1"),
        "the client knows the header"
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.code(), Some("203"), "it is read as the client says");
    assert_eq!(
        (error.text().as_ref(), error.is_body_complete()),
        (text, is_complete)
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_its_answer_and_what_had_come() {
    let broken = || {
        once(reply().chunk("ha").chunk("lf").then_break_off())
            .get("x")
            .send()
    };
    let bytes = broken().await.unwrap().bytes().await.unwrap_err();
    let text = broken().await.unwrap().text().await.unwrap_err();
    let json = broken().await.unwrap().json::<u8>().await.unwrap_err();
    for error in [bytes, text, json] {
        assert_keeps(&error, ErrorKind::Reset, "half", false);
        assert!(error.is_transient());
        assert_eq!(
            error.to_string(),
            "the connection broke (203): GET https://api.test/x"
        );
    }
    let pieces: Vec<_> = broken().await.unwrap().stream().collect().await;
    let [Ok(_), Ok(_), Err(error)] = &pieces[..] else {
        panic!("two pieces, one error");
    };
    assert_keeps(error, ErrorKind::Reset, "", false);
}

#[tokio::test]
async fn a_body_that_is_too_large_leaves_its_answer_and_what_was_read() {
    for (reply, text) in [
        (reply().body("123456789"), ""),
        (reply().chunk("12345").chunk("6789"), "12345678"),
        (reply().chunk("12345").then_repeat(), "12345123"),
    ] {
        let error = once(reply).get("x").send().await.unwrap().bytes().await;
        assert_keeps(&error.unwrap_err(), ErrorKind::TooLarge, text, false);
    }
    let long = reply().chunk("1\n234567890\n");
    let response = once(long).get("x").send().await.unwrap();
    let lines: Vec<_> = response.lines::<u64>().collect().await;
    let [Ok(1), Err(error)] = &lines[..] else {
        panic!("one line, one error");
    };
    assert_keeps(error, ErrorKind::TooLarge, "", false);
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_or_changed_leaves_its_answer() {
    let page = || once(reply().body("<html>"));
    let fetched = page().get("x").fetch::<u8>().await.unwrap_err();
    assert_keeps(&fetched, ErrorKind::Decode, "<html>", true);
    let sealed = CallOptions::new().transform_body(|_, _| Err("not sealed".into()));
    let client = page().with(sealed).unwrap();
    let changed = client.get("x").send().await.unwrap().bytes().await;
    assert_keeps(&changed.unwrap_err(), ErrorKind::Decode, "<html>", true);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ends_in_its_body_leaves_its_answer() {
    let stalls = || once(reply().chunk("half").then_stall());
    let deadline = stalls().get("x").deadline(Duration::from_secs(1)).send();
    let deadline = deadline.await.unwrap().bytes().await.unwrap_err();
    let token = CancellationToken::new();
    let response = stalls().get("x").cancel(&token).send().await.unwrap();
    let cancelled = tokio::spawn(response.bytes());
    tokio::task::yield_now().await;
    token.cancel();
    let cancelled = cancelled.await.unwrap().unwrap_err();
    for error in [deadline, cancelled] {
        assert_keeps(&error, error.kind(), "half", false);
        assert!(error.is_cancelled() || error.is_deadline());
    }
}

/// The retry layer has read the body, so that nobody above has seen the answer.
#[tokio::test]
async fn a_body_that_breaks_off_before_the_answer_is_handed_out_leaves_it_too() {
    for (reply, text) in [
        (reply().then_break_off(), ""),
        (reply().chunk("half").then_break_off(), "half"),
        (reply().chunk("ha").chunk("lf").then_break_off(), "half"),
    ] {
        let transport = ScriptedTransport::new().reply(reply);
        let client = builder(&transport).build().unwrap();
        let error = client.get("x").fetch::<u8>().await.unwrap_err();
        assert_keeps(&error, ErrorKind::Reset, text, false);
    }
}

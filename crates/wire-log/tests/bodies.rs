//! What is told of bodies, and that they pass as if nobody looked.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::stream;
use reqwest::Body;
use support::{Listener, URL, client};
use testkit::{Gate, Reply, ScriptedTransport};
use tracing::Instrument;
use wire_log::{LogMiddleware, Redaction};

const LOGIN: &str = r#"{"user":"ada","password":"hunter2"}"#;
const SHOWN: &str = "{\n  \"user\": \"ada\",\n  \"password\": \"REDACTED\"\n}";

fn bodies() -> LogMiddleware {
    LogMiddleware::new().bodies(true)
}

#[tokio::test(start_paused = true)]
async fn bodies_are_told_only_when_asked() {
    for layer in [
        LogMiddleware::new(),
        LogMiddleware::new().bodies_in_release(true),
        bodies().bodies(false),
    ] {
        let listener = Listener::start();
        let transport = ScriptedTransport::new().reply(Reply::json(200, LOGIN));
        let sent = client(&transport, layer)
            .post(URL)
            .body(LOGIN)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.text().await.unwrap(), LOGIN);
        assert_eq!(listener.messages(), ["request", "response"]);
        assert_eq!(
            listener.only("request").field("http.request.body.content"),
            None
        );
    }
}

#[tokio::test(start_paused = true)]
async fn json_is_told_on_both_ways_without_its_secrets_and_arrives_with_them() {
    let listener = Listener::start();
    let reply = Reply::json(200, LOGIN).header("content-length", LOGIN.len().to_string());
    let transport = ScriptedTransport::new().reply(reply.after(Duration::from_secs(1)));
    let request = client(&transport, bodies())
        .post(URL)
        .header("content-type", "application/json");
    let response = request.body(LOGIN).send().await.unwrap();
    assert_eq!(listener.messages(), ["request", "response"]);
    assert_eq!(response.content_length(), Some(LOGIN.len() as u64));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(response.text().await.unwrap(), LOGIN);

    assert_eq!(transport.requests()[0].body(), LOGIN);
    assert_eq!(
        &listener.only("request")["http.request.body.content"],
        SHOWN
    );
    let body = listener.only("response body");
    assert_eq!(&body["http.response.body.content"], SHOWN);
    assert_eq!(&body["http.response.body.size"], LOGIN.len().to_string());
    assert_eq!(&body["elapsed_ms"], "2000.0");
    assert_eq!(
        &body["url.full"],
        "http://api.test/users?page=2&key=REDACTED"
    );
    assert_eq!(body.field("error.type"), None);
    assert!(!format!("{:?}", listener.told()).contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_told_as_that_and_never_read_ahead() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, bodies());
    let body = || Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>("hunter2")]));
    client.put(URL).body(body()).send().await.unwrap();
    client
        .put(URL)
        .header("content-type", "video/mp4")
        .body(body())
        .send()
        .await
        .unwrap();
    let told = listener.told();
    let contents: Vec<_> = told
        .iter()
        .filter_map(|told| told.field("http.request.body.content"))
        .collect();
    assert_eq!(contents, ["[stream]", "[stream of video/mp4]"]);
    assert_eq!(transport.requests()[1].body(), "hunter2");
}

#[tokio::test(start_paused = true)]
async fn a_piece_of_a_response_body_is_there_before_the_next_one_comes() {
    let listener = Listener::start();
    let gate = Gate::new();
    let reply = Reply::json(200, "").body("[1,").pause_at(&gate).chunk("2]");
    let transport = ScriptedTransport::new().reply(reply);
    let mut response = client(&transport, bodies()).get(URL).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "[1,");
    assert_eq!(listener.messages(), ["request", "response"]);
    gate.open();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "2]");
    assert_eq!(response.chunk().await.unwrap(), None);
    assert_eq!(
        &listener.only("response body")["http.response.body.content"],
        "[\n  1,\n  2\n]"
    );
    drop(response);
    assert_eq!(
        listener.messages(),
        ["request", "response", "response body"]
    );
}

#[tokio::test(start_paused = true)]
async fn of_a_long_body_the_beginning_is_told_and_its_whole_size() {
    let listener = Listener::start();
    let long = format!(
        r#"{{"a":"b","password":"hunter2","list":[{}1]}}"#,
        "7,".repeat(50_000)
    );
    let transport = ScriptedTransport::new().reply(Reply::json(200, long.clone()));
    let layer = bodies().redaction(Redaction::new().body_limit(60));
    let response = client(&transport, layer).get(URL).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), long);
    let body = listener.only("response body");
    assert_eq!(
        &body["http.response.body.content"],
        format!(
            "{{\n  \"a\": \"b\",\n  \"password\": \"REDACTED\",\n  \"list\": [\n    7,\n … [{} bytes of application/json]",
            long.len()
        )
    );
    assert_eq!(&body["http.response.body.size"], long.len().to_string());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_or_is_dropped_is_told_as_far_as_it_came() {
    let broken = Reply::json(200, "").body("[1,").then_break_off();
    let stalled = Reply::json(200, "").body("[1,").then_stall();
    for (reply, kind) in [(broken, "body"), (stalled, "dropped")] {
        let listener = Listener::start();
        let transport = ScriptedTransport::new().reply(reply);
        let mut response = client(&transport, bodies()).get(URL).send().await.unwrap();
        response.chunk().await.unwrap();
        if kind == "body" {
            response.chunk().await.unwrap_err();
        }
        drop(response);
        let body = listener.only("response body");
        assert_eq!(&body["error.type"], kind);
        assert_eq!(
            &body["http.response.body.content"],
            "[\n  1… [3 bytes of application/json]"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_body_is_told_once() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().reply(Reply::status(204));
    let response = client(&transport, bodies()).get(URL).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), "");
    assert_eq!(listener.messages(), ["request", "response"]);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_told_in_the_span_of_its_call() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().reply(Reply::json(200, "{}"));
    let sent = client(&transport, bodies()).get(URL).send();
    let response = sent.instrument(tracing::info_span!("call")).await.unwrap();
    let reading = response.text().instrument(tracing::info_span!("reading"));
    reading.await.unwrap();
    assert_eq!(listener.only("response").span, Some("call"));
    assert_eq!(listener.only("response body").span, Some("call"));
}

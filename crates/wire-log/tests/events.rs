//! What is told of an attempt, and when.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use request_context::HeadersTimedOut;
use safe_retry::RetryMiddleware;
use support::{Listener, URL, client};
use testkit::{Answer, Reply, ScriptedTransport};
use wire_log::{Level, LogMiddleware, RequestId, RequestIdMiddleware};

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_told_when_it_leaves_and_when_its_answer_is_there() {
    let listener = Listener::start();
    let reply = Reply::json(200, "{}")
        .header("set-cookie", "id=hunter2")
        .header("content-length", "2")
        .after(Duration::from_micros(2500));
    let transport = ScriptedTransport::new().reply(reply);
    let client = client(&transport, LogMiddleware::new());
    let request = client
        .post(URL)
        .header("x-api-key", "hunter2")
        .header("x-request-id", "r1")
        .body("hello");
    request.send().await.unwrap();

    assert_eq!(listener.messages(), ["request", "response"]);
    let request = listener.only("request");
    assert_eq!(request.level, Level::DEBUG);
    assert_eq!(request.target, "wire_log");
    assert_eq!(&request["http.request.method"], "POST");
    assert_eq!(
        &request["url.full"],
        "http://api.test/users?page=2&key=REDACTED"
    );
    assert_eq!(&request["server.address"], "api.test");
    assert_eq!(&request["server.port"], "80");
    assert_eq!(&request["http.request.body.size"], "5");
    assert_eq!(&request["request.id"], "r1");
    assert_eq!(
        &request["http.request.headers"],
        r#"x-api-key: REDACTED, x-request-id: "r1""#
    );
    assert_eq!(request.field("http.request.resend_count"), None);
    assert_eq!(request.field("http.request.body.content"), None);

    let response = listener.only("response");
    assert_eq!(response.level, Level::DEBUG);
    assert_eq!(&response["http.request.method"], "POST");
    assert_eq!(
        &response["url.full"],
        "http://api.test/users?page=2&key=REDACTED"
    );
    assert_eq!(&response["http.response.status_code"], "200");
    assert_eq!(&response["network.protocol.version"], "1.1");
    assert_eq!(&response["http.response.body.size"], "2");
    assert_eq!(&response["request.id"], "r1");
    assert_eq!(
        &response["http.response.headers"],
        r#"content-type: "application/json", set-cookie: REDACTED, content-length: "2""#
    );
    // Tokio's clock goes by milliseconds.
    assert_eq!(&response["elapsed_ms"], "3.0");
    assert_eq!(response.field("error.type"), None);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_of_a_call_is_told_with_its_number() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(204));
    let client = transport.client_with(|chain| {
        chain
            .with(RetryMiddleware::new())
            .with(LogMiddleware::new())
    });
    client.get(URL).send().await.unwrap();

    let told = listener.told();
    let seen = |told: &support::Told| {
        let count = told.field("http.request.resend_count").map(str::to_owned);
        (told.message().to_owned(), count)
    };
    let expected = [
        ("request", None),
        ("response", None),
        ("request", Some("1")),
        ("no response", Some("1")),
        ("request", Some("2")),
        ("response", Some("2")),
    ];
    let expected = expected.map(|(message, count)| (message.to_owned(), count.map(str::to_owned)));
    assert_eq!(told.iter().map(seen).collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_error_status_is_an_answer_whose_kind_is_the_status() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().reply(Reply::status(404));
    client(&transport, LogMiddleware::new())
        .get(URL)
        .send()
        .await
        .unwrap();
    let response = listener.only("response");
    assert_eq!(&response["error.type"], "404");
    assert_eq!(response.level, Level::DEBUG);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_by_its_kind_and_never_by_its_text() {
    for (answer, kind) in [
        (Answer::fail_to_connect(), "connect"),
        (Answer::time_out(), "timeout"),
        (Answer::fail(HeadersTimedOut::new()), "timeout"),
        (
            Answer::fail(request_context::DeadlineExceeded::new()),
            "timeout",
        ),
        (Answer::fail(request_context::Cancelled::new()), "cancelled"),
        (Answer::fail(std::io::Error::other("hunter2")), "middleware"),
    ] {
        let listener = Listener::start();
        let transport = ScriptedTransport::new().then(answer.after(seconds(2)));
        let sent = client(&transport, LogMiddleware::new())
            .get(URL)
            .send()
            .await;
        sent.unwrap_err();
        assert_eq!(listener.messages(), ["request", "no response"]);
        let failure = listener.only("no response");
        assert_eq!(&failure["error.type"], kind);
        assert_eq!(&failure["elapsed_ms"], "2000.0");
        assert_eq!(failure.level, Level::DEBUG);
        assert!(!format!("{:?}", listener.told()).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_refused_connection_is_told_in_the_systems_words() {
    let listener = Listener::start();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
    let client = reqwest_middleware::ClientBuilder::new(reqwest)
        .with(LogMiddleware::new())
        .build();
    let url = format!("http://ada:hunter2@127.0.0.1:{port}/?key=hunter2");
    client.get(url).send().await.unwrap_err();
    let failure = listener.only("no response");
    assert_eq!(&failure["error.type"], "connect");
    assert_eq!(&failure["error.message"], "connection refused");
    assert!(!format!("{:?}", listener.told()).contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_dropped_is_told_as_that() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().hang();
    let client = client(&transport, LogMiddleware::new());
    let call = tokio::time::timeout(seconds(7), client.get(URL).send());
    call.await.unwrap_err();
    assert_eq!(listener.messages(), ["request", "request dropped"]);
    let dropped = listener.only("request dropped");
    assert_eq!(&dropped["error.type"], "dropped");
    assert_eq!(&dropped["elapsed_ms"], "7000.0");
}

#[tokio::test(start_paused = true)]
async fn failures_have_a_level_of_their_own_when_asked() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new()
        .reply(Reply::status(200))
        .reply(Reply::status(404))
        .reply(Reply::status(500))
        .then(Answer::fail_to_connect());
    let layer = LogMiddleware::new()
        .level(Level::TRACE)
        .failure_level(Level::WARN);
    let client = client(&transport, layer);
    for _ in 0..4 {
        drop(client.get(URL).send().await);
    }
    let told = listener.told();
    let ends = told.iter().filter(|told| told.message() != "request");
    let levels: Vec<_> = ends.map(|told| told.level).collect();
    assert_eq!(
        levels,
        [Level::TRACE, Level::TRACE, Level::WARN, Level::WARN]
    );
    let starts = told.iter().filter(|told| told.message() == "request");
    assert!(
        starts
            .map(|told| told.level)
            .all(|level| level == Level::TRACE)
    );
}

#[tokio::test(start_paused = true)]
async fn each_level_can_be_chosen() {
    for level in [
        Level::ERROR,
        Level::WARN,
        Level::INFO,
        Level::DEBUG,
        Level::TRACE,
    ] {
        let listener = Listener::start();
        let transport = ScriptedTransport::new().reply(Reply::status(200));
        let client = client(&transport, LogMiddleware::new().level(level));
        client.get(URL).send().await.unwrap();
        let levels: Vec<_> = listener.told().iter().map(|told| told.level).collect();
        assert_eq!(levels, [level, level]);
    }
}

#[tokio::test(start_paused = true)]
async fn headers_are_left_out_when_asked() {
    let listener = Listener::start();
    let transport = ScriptedTransport::new().reply(Reply::status(200).header("server", "x"));
    let client = client(&transport, LogMiddleware::new().headers(false));
    client
        .get(URL)
        .header("accept", "*/*")
        .send()
        .await
        .unwrap();
    assert_eq!(listener.only("request").field("http.request.headers"), None);
    assert_eq!(
        listener.only("response").field("http.response.headers"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_is_told_wherever_it_comes_from() {
    let ids = RequestIdMiddleware::new()
        .header(http::HeaderName::from_static("x-call"))
        .made_by(|| http::HeaderValue::from_static("made"));
    let listener = Listener::start();
    let transport =
        ScriptedTransport::new().otherwise(Reply::status(200).header("x-request-id", "theirs"));
    let client = transport.client_with(|chain| chain.with(ids).with(LogMiddleware::new()));
    client.get(URL).send().await.unwrap();
    client
        .get(URL)
        .header("x-call", "own")
        .send()
        .await
        .unwrap();
    let ids: Vec<_> = listener
        .told()
        .iter()
        .map(|told| told["request.id"].to_owned())
        .collect();
    assert_eq!(ids, ["made", "made", "own", "own"]);
    drop(listener);

    let listener = Listener::start();
    let client = support::client(&transport, LogMiddleware::new());
    client.get(URL).send().await.unwrap();
    let mut secret = http::HeaderValue::from_static("hunter2");
    secret.set_sensitive(true);
    client
        .get(URL)
        .with_extension(RequestId::new(secret))
        .send()
        .await
        .unwrap();
    let told = listener.told();
    let ids: Vec<_> = told.iter().map(|told| told.field("request.id")).collect();
    assert_eq!(ids, [None, Some("theirs"), None, Some("theirs")]);
}

//! Planted secrets, and all that the gateway prints at level TRACE.

use std::fs;

use reqwest::{Method, RequestBuilder};
use testkit::{Behaviour, FaultServer, Reply};

use crate::raw::exchange;
use crate::running::{Running, command, problem, soon};
use crate::token_file::TokenFile;

/// It is part of every secret that is planted.
const SECRET: &str = "hunter2";

/// An answer with secrets in its headers and its body.
fn answer(status: u16) -> Reply {
    Reply::json(status, r#"{"client_secret":"hunter2"}"#)
        .header("set-cookie", "session=hunter2-cookie")
        .header("www-authenticate", r#"Basic realm="hunter2-realm""#)
        .header(
            "location",
            "http://ada:hunter2@127.0.0.1:1/?code=hunter2#hunter2",
        )
        .header("x-answer", "hunter2-answer")
}

/// A request with secrets wherever a caller can put one.
fn with_secrets(request: RequestBuilder) -> RequestBuilder {
    request
        .header("cookie", "session=hunter2-cookie")
        .header("x-api-key", "hunter2-key")
        .header("x-own", "hunter2-own")
        .header("idempotency-key", "hunter2-idempotency")
        .header("proxy-authorization", "Basic hunter2")
        .body(r#"{"password":"hunter2-body"}"#)
}

/// An upstream whose every answer has secrets.
async fn upstream() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    let granted =
        r#"{"access_token":"hunter2-second","refresh_token":"hunter2-next","expires_in":3600}"#;
    let ended = r#"{"error":"invalid_grant","error_description":"hunter2-description"}"#;
    server
        .once_on("/oauth/token", Reply::json(200, granted))
        .on("/oauth/token", Reply::json(400, ended))
        .on("/v1/healed", Behaviour::until_authorized(answer(200)))
        .once_on("/v1/retried", answer(503).header("retry-after", "0"))
        .on("/v1/retried", answer(200))
        .on("/v1/missing", answer(404))
        .on("/v1/moved", answer(302))
        .on("/v1/closed", Behaviour::CloseEarly)
        .on(
            "/v1/garbage",
            Behaviour::Garbage("hunter2 hunter2\r\n\r\n".into()),
        )
        .on(
            "/v1/cut",
            Behaviour::Truncate {
                reply: answer(200),
                sent: 20,
            },
        )
        .on("/v1/slow", Behaviour::HangBeforeHeaders)
        .on(
            "/v1/ended",
            Reply::status(401).header(
                "www-authenticate",
                r#"Bearer error="invalid_token", error_description="hunter2""#,
            ),
        )
        .accept_token("hunter2-second");
    server
}

/// A gateway in front of it, with secrets in all its files, that prints whatever there is to print.
async fn gateway(server: &FaultServer, tokens: &TokenFile) -> Running {
    let secret = tokens.path().with_file_name("client-secret");
    fs::write(&secret, "hunter2-client-secret\n").unwrap();

    let mut command = command();
    // Time enough for a busy machine to save a token, since one call takes all of it.
    let command = command.args(["--listen=127.0.0.1:0", "--log", "--deadline=10"]);
    let command = command.args(["--upstream", server.url_of("/v1").as_str()]);
    let token_url = server.url_of("/oauth/token?key=hunter2-query");
    let command = command.args(tokens.arguments(token_url.as_str()));
    let command = command.arg("--client-secret-file").arg(secret);
    Running::spawn(command.env("RUST_LOG", "trace")).await
}

#[tokio::test]
async fn nothing_that_the_gateway_prints_shows_a_secret() {
    let server = upstream().await;
    let tokens = TokenFile::new("hunter2-first", "hunter2-refresh").await;
    let gateway = gateway(&server, &tokens).await;

    let target = |path: &str| format!("/{path}?key=hunter2-query&hunter2-bare");
    let call = async |path: &str| {
        let call = with_secrets(gateway.request(Method::PUT, &target(path)));
        soon(call.send()).await.unwrap()
    };
    for (path, status) in [
        ("healed", 200),
        ("retried", 200),
        ("missing", 404),
        ("moved", 302),
        ("closed", 502),
        ("garbage", 502),
        ("slow", 504),
    ] {
        let answer = call(path).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.bytes().await.unwrap();
    }
    call("cut").await.bytes().await.unwrap_err();
    let own = with_secrets(gateway.request(Method::GET, &target("own")));
    soon(own.bearer_auth("hunter2-own").send()).await.unwrap();
    let left = tokio::spawn(with_secrets(gateway.request(Method::PUT, &target("slow"))).send());
    let seen = server.request_count();
    soon(server.wait_for_requests(seen + 1)).await;
    left.abort();
    for request in [
        "GET http://ada:hunter2@localhost/?hunter2 HTTP/1.1\r\nhost: localhost",
        "GET /hunter1?hunter2 HTTP/1.1\r\nhost: hunter2.test",
        "GET / HTTP/1.1\r\nhost: localhost\r\norigin: http://hunter2.test",
        "GET / HTTP/1.1\r\nhost: hunter2 hunter2",
        "GET /?hunter2 HTTP/hunter2",
        "POST /?hunter2 HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nhunter2\r\n",
    ] {
        let whole = format!("{request}\r\nconnection: close\r\n\r\n");
        exchange(gateway.address(), whole.as_bytes()).await;
    }
    let over = problem(call("ended").await).await;
    assert_eq!(over, (401, "session_ended".into()));

    let ended = gateway.stop().await;
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(ended.stdout, "");
    let leaks: Vec<_> = ended
        .stderr
        .lines()
        .filter(|line| line.contains(SECRET))
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    // The log did tell of all of it, and of what surrounds the secrets.
    for told in [
        "/v1/healed?key=REDACTED&REDACTED",
        "/v1/retried?",
        "/v1/missing?",
        "/v1/moved?",
        "/v1/closed?",
        "/v1/garbage?",
        "/v1/cut?",
        "/v1/slow?",
        "/v1/ended?",
        "x-own: REDACTED",
        "cookie: REDACTED",
        "authorization: REDACTED",
        "TRACE",
        "wire_log: request ",
        "wire_log: request dropped",
        "code=\"session_ended\"",
        "code=\"other_host\"",
        "code=\"other_origin\"",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn without_log_nothing_is_printed() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::CloseEarly);
    let mut command = command();
    let command = command.args(["--listen=127.0.0.1:0", "--upstream", server.url().as_str()]);
    let gateway = Running::spawn(command.env("RUST_LOG", "trace")).await;
    assert_eq!(gateway.get("/?hunter2").await.status(), 502);
    let ended = gateway.stop().await;
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
}

#[tokio::test]
async fn by_default_the_log_tells_of_attempts_and_of_what_the_gateway_answers_itself() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::CloseEarly);
    let gateway = Running::with(server.url(), ["--log", "--retries=0"]).await;
    assert_eq!(gateway.get("/").await.status(), 502);
    let told = gateway.stop().await.stderr;
    let events: Vec<_> = told
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect();
    assert_eq!(events, ["wire_log:", "wire_log:", "gateway:"], "{told}");
}

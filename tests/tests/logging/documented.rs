//! The output that `docs/logging.md` shows is what the stack says.

use facade::{Client, Level, LogMiddleware, Redaction, RequestIdMiddleware};
use http::HeaderValue;
use serde_json::json;
use stack_tests::{Session, builder, soon};
use testkit::{Behaviour, Reply};

use crate::listener::Listener;

const PAGE: &str = include_str!("../../../docs/logging.md");

/// Fails unless the page shows this output.
#[track_caller]
fn assert_shown(output: &str) {
    let block = format!("```text\n{}\n```", output.trim_end());
    assert!(PAGE.contains(&block), "docs/logging.md lacks\n{block}");
}

/// The log of a session's calls, with what differs from run to run set to what the page has: port and times.
fn settled(listener: &Listener, session: &Session) -> String {
    let port = session.server.address().port().to_string();
    let text = listener.text().replace(&port, "8000");
    let lines = text.lines().map(|line| {
        let Some((before, after)) = line.split_once("elapsed_ms=") else {
            return line.to_owned();
        };
        let rest = after.split_once(' ').map_or("", |(_, rest)| rest);
        format!("{before}elapsed_ms=1.25 {rest}")
            .trim_end()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn named(id: &'static str) -> RequestIdMiddleware {
    RequestIdMiddleware::new().made_by(move || HeaderValue::from_static(id))
}

#[tokio::test]
async fn a_call_that_finds_its_token_expired() {
    let session = Session::stale().await;
    let ids = named("0191b2c8");
    let client = session.builder().request_id(ids).build().unwrap();
    let listener = Listener::to(Level::DEBUG);
    soon(client.get("users?page=2&key=hunter2").send())
        .await
        .unwrap();
    assert_shown(&settled(&listener, &session));
}

#[tokio::test]
async fn a_call_that_is_tried_again() {
    let session = Session::fresh().await;
    session.server.once_on("/users", Behaviour::CloseEarly);
    session.server.on("/users", Reply::json(200, "[]"));
    let policy = facade::policies::ExponentialBackoff::builder()
        .retry_bounds(std::time::Duration::ZERO, std::time::Duration::ZERO)
        .build_with_max_retries(1);
    let retry = facade::RetryMiddleware::new().policy(policy);
    let client: Client = builder(session.server.url()).retry(retry).build().unwrap();
    let listener = Listener::to(Level::DEBUG);
    soon(client.get("users").send()).await.unwrap();
    assert_shown(&settled(&listener, &session));
}

#[tokio::test]
async fn a_call_with_its_bodies() {
    let session = Session::fresh().await;
    let created = r#"{"id":7,"name":"Ada","email":"ada@example.com","session_token":"hunter2"}"#;
    session.server.on("/users", Reply::json(201, created));
    let log = LogMiddleware::new()
        .bodies(true)
        .headers(false)
        .redaction(Redaction::new().redact_pointer("/email"));
    let client = builder(session.server.url()).log(log).build().unwrap();
    let listener = Listener::to(Level::DEBUG);
    let new = json!({"name": "Ada", "email": "ada@example.com", "password": "hunter2"});
    let created = soon(client.post("users").json(&new).send()).await.unwrap();
    soon(created.bytes()).await.unwrap();
    assert_shown(&settled(&listener, &session));
}

#[tokio::test]
async fn a_request_as_a_command() {
    let client = Client::builder("https://api.example.com/v1")
        .sensitive_header("x-api-key", "hunter2")
        .default_header("accept-language", "de")
        .build()
        .unwrap();
    let new = json!({"name": "O'Hara", "password": "hunter2"});
    let request = client.post("users?notify=ada@example.com").json(&new);
    assert_shown(&request.curl().unwrap());
}

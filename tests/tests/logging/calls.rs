//! A call in the log: its span, its attempts, its id.

use std::sync::atomic::{AtomicU32, Ordering};

use facade::{CancellationToken, RequestIdMiddleware};
use http::HeaderValue;
use stack_tests::{Session, builder, soon};
use testkit::{Behaviour, Reply};
use tracing::Level;

use crate::listener::Listener;

fn counted() -> RequestIdMiddleware {
    let next = AtomicU32::new(1);
    RequestIdMiddleware::new()
        .made_by(move || HeaderValue::from(next.fetch_add(1, Ordering::Relaxed)))
}

fn at_once(status: u16) -> Reply {
    Reply::status(status).header("retry-after", "0")
}

#[tokio::test]
async fn a_retry_and_a_replay_are_attempts_of_one_call_with_one_id() {
    let session = Session::stale().await;
    session.server.once_on("/me", at_once(503));
    let client = session.builder().request_id(counted()).build().unwrap();
    let listener = Listener::to(Level::DEBUG);
    soon(client.get("me").send()).await.unwrap();
    soon(client.get("me").send()).await.unwrap();

    let of_attempts = |what: &str| {
        let lines = listener.lines(what).into_iter();
        let ours = lines.filter(|line| line.contains("/me"));
        ours.collect::<Vec<_>>()
    };
    let sent = of_attempts("wire_log: request ");
    assert_eq!(sent.len(), 4, "{}", listener.text());
    for (line, id) in sent.iter().zip(["1", "1", "1", "2"]) {
        assert!(line.contains(&format!(r#"request.id="{id}""#)), "{line}");
        assert!(line.contains("http.client.call{"), "{line}");
    }
    for (line, resent) in sent.iter().zip([None, Some(1), Some(2), None]) {
        let count = resent.map(|count| format!("http.request.resend_count={count} "));
        match count {
            Some(count) => assert!(line.contains(&count), "{line}"),
            None => assert!(!line.contains("resend_count"), "{line}"),
        }
    }
    let answers = of_attempts("wire_log: response ");
    for (line, status) in answers.iter().zip([503, 401, 200, 200]) {
        assert!(
            line.contains(&format!("http.response.status_code={status}")),
            "{line}"
        );
    }
    let ids: Vec<_> = session.server.requests();
    let ids = ids.iter().filter(|request| request.path() == "/me");
    let ids: Vec<_> = ids
        .map(|request| request.header("x-request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["1", "1", "1", "2"]);
}

#[tokio::test]
async fn the_span_of_a_call_tells_its_outcome_and_its_attempts() {
    let session = Session::stale().await;
    session.server.on("/missing", at_once(404));
    let client = session.client();
    let listener = Listener::to_everything();
    soon(client.get("me").send()).await.unwrap();
    soon(client.get("missing").send()).await.unwrap_err();
    let token = CancellationToken::new();
    token.cancel();
    soon(client.get("me").cancel(&token).send())
        .await
        .unwrap_err();

    // The refresh, a POST, is a call of its own.
    let calls = listener.lines(r#"http.client.call{http.request.method="GET""#);
    let closed = calls.iter().filter(|line| line.ends_with("facade: close"));
    let closed: Vec<_> = closed.collect();
    let host = r#"http.request.method="GET" server.address="127.0.0.1""#;
    for (line, fields) in closed.iter().zip([
        "attempts=2 http.response.status_code=200}",
        "attempts=1 error.type=NotFound http.response.status_code=404}",
        "attempts=1 error.type=Cancelled}",
    ]) {
        let beginning = format!("DEBUG http.client.call{{{host} {fields}");
        assert!(line.starts_with(&beginning), "{line}");
    }
    assert_eq!(closed.len(), 3, "{}", listener.text());
}

#[tokio::test]
async fn a_call_that_is_cancelled_is_told_as_a_dropped_attempt() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let listener = Listener::to(Level::DEBUG);
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("slow").cancel(&token).send());
    soon(session.server.wait_for_requests(1)).await;
    token.cancel();
    soon(call).await.unwrap().unwrap_err();
    let [dropped] = &listener.lines("wire_log: request dropped")[..] else {
        panic!("{}", listener.text());
    };
    assert!(dropped.contains(r#"error.type="dropped""#), "{dropped}");
}

#[tokio::test]
async fn a_client_can_do_without_a_log_and_sends_no_id_unless_asked() {
    let session = Session::fresh().await;
    let client = session.builder().log(None).build().unwrap();
    assert!(!format!("{client:?}").contains("WireLog"));
    let listener = Listener::to(Level::TRACE);
    soon(client.get("me").send()).await.unwrap();
    assert_eq!(listener.lines("wire_log"), [""; 0]);
    assert_eq!(session.server.requests()[0].header("x-request-id"), None);
}

#[tokio::test]
async fn nothing_is_told_above_debug_even_where_a_call_fails() {
    let session = Session::fresh().await;
    session.server.on("/broken", Behaviour::CloseEarly);
    let client = builder(session.server.url()).retry(None).build().unwrap();
    let listener = Listener::to(Level::INFO);
    soon(client.get("broken").send()).await.unwrap_err();
    assert_eq!(listener.text(), "");
}

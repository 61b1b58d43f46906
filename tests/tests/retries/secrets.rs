//! Calls that are full of secrets and fail again and again.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use facade::{ApiError, Client, ConnectPhase, ErrorKind, TimeoutPhase};
use futures_util::future::join_all;
use stack_tests::{Session, chain, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::policy::retries;

/// It is part of every secret that is planted.
const SECRET: &str = "hunter2";

/// What the hook of a client has been shown.
type Events = Arc<Mutex<String>>;

/// A client with a secret in its base URL, its headers and its token, and with what it tells of each retry.
fn client(session: &Session) -> (Client, Events) {
    let events = Events::default();
    let written = Arc::clone(&events);
    let retry = retries(2).idempotency_keys(true).on_retry(move |event| {
        writeln!(written.lock().unwrap(), "{event:?} {event:#?}").unwrap();
    });
    let base = format!("http://ada:hunter2-password@{}/", session.server.address());
    let client = stack_tests::builder(base)
        .session(session.queue.clone())
        .sensitive_header("x-api-key", "hunter2-key")
        .read_timeout(Duration::from_secs(1))
        .retry(retry);
    (client.build().unwrap(), events)
}

async fn error_of(client: &Client, path: &str) -> ApiError {
    let request = client
        .post(format!("{path}?key=hunter2-query#hunter2-fragment"))
        .idempotency_key("\"hunter2-order\"")
        .body("hunter2-body");
    match soon(request.buffered(100).send()).await {
        Ok(response) => response.bytes().await.unwrap_err(),
        Err(error) => error,
    }
}

/// Everything that printing the error can show.
fn shown(error: &ApiError) -> String {
    chain(error).fold(String::new(), |mut text, error| {
        writeln!(text, "{error} {error:#} {error:?} {error:#?}").unwrap();
        text
    })
}

#[tokio::test]
async fn no_failure_that_was_retried_shows_a_secret() {
    let session = Session::fresh().await;
    let (client, events) = client(&session);
    let reply = |status| {
        Reply::status(status)
            .header("x-answer", "hunter2-answer")
            .body("hunter2-answer")
    };
    let hang = ErrorKind::Timeout(TimeoutPhase::Idle);
    let cut = Behaviour::Truncate {
        reply: reply(200),
        sent: 9,
    };
    let stuck = Behaviour::HangInBody {
        reply: reply(200),
        sent: 9,
    };
    let faults: [(_, Behaviour, _); 7] = [
        ("busy", reply(503).into(), ErrorKind::Unavailable),
        ("limited", reply(429).into(), ErrorKind::RateLimited),
        ("reset", Behaviour::ResetAfterReading, ErrorKind::Reset),
        ("close", Behaviour::CloseEarly, ErrorKind::Reset),
        ("silent", Behaviour::HangBeforeHeaders, hang),
        ("cut", cut, ErrorKind::Reset),
        ("stuck", stuck, hang),
    ];
    let checks = faults.map(async |(path, behaviour, kind)| {
        session.server.on(format!("/{path}"), behaviour);
        let error = error_of(&client, path).await;
        assert_eq!((error.kind(), error.attempts()), (kind, 3), "{error:?}");
        let shown = shown(&error);
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(shown.contains(path), "it does show the path: {shown}");
    });
    join_all(checks).await;
    let requests = format!("{:?}", session.server.requests());
    for planted in ["hunter2-query", "hunter2-order", "hunter2-key"] {
        assert!(requests.contains(planted), "it was sent");
    }

    let stopped = FaultServer::start().await.unwrap();
    let url = stopped.url_of("/gone");
    stopped.stop().await;
    let error = error_of(&client, url.as_str()).await;
    let refused = ErrorKind::Connect(ConnectPhase::Server);
    assert_eq!((error.kind(), error.attempts()), (refused, 3));
    assert!(!shown(&error).contains(SECRET), "{}", shown(&error));

    let events = events.lock().unwrap();
    assert_eq!(events.matches("retry: 2").count(), 2 * 8, "{events}");
    assert!(!events.contains(SECRET), "{events}");
}

#[tokio::test]
async fn no_key_that_may_not_leave_its_origin_is_shown() {
    let session = Session::fresh().await;
    let there = FaultServer::start().await.unwrap();
    let away = format!("http://ada:hunter2@{}/?key=hunter2", there.address());
    let redirect = Reply::status(307).header("location", away);
    session.server.on("/pay", redirect);
    let (client, events) = client(&session);
    let error = error_of(&client, "pay").await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
    assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
    assert_eq!(
        (there.connections(), events.lock().unwrap().as_str()),
        (0, "")
    );
}

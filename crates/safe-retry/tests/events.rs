//! What tracing is told. These tests are alone in their program: tracing remembers for the whole of it whether anybody
//! listens to an event, and a test that doesn't would be asked as well.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use request_context::HeadersTimedOut;
use safe_retry::RetryBudget;
use support::{client, retries};
use testkit::{Answer, Reply, ScriptedTransport};
use tracing::field::{Field, Visit};
use tracing::span;

type Lines = Arc<Mutex<Vec<String>>>;

const SECRET: &str = "http://ada:hunter2@api.test/orders?key=hunter3";

/// Writes down each event with its fields.
struct Events(Lines);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("safe_retry")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn tracing_is_told_before_each_wait_and_of_nothing_secret() {
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(Events(Arc::clone(&lines)));
    let transport = ScriptedTransport::new()
        .then(Answer::fail_to_connect())
        .fail(HeadersTimedOut::new())
        .reply(Reply::status(503).body("hunter4"))
        .reply(Reply::status(200));
    let client = client(&transport, retries());
    let call = tokio::spawn(async move { client.get(SECRET).send().await });
    transport.wait_for_requests(1).await;
    tokio::task::yield_now().await;
    assert_eq!(lines.lock().unwrap().len(), 1);
    transport.assert_count(1);
    call.await.unwrap().unwrap();
    drop(guard);

    let fields = |what: &str, retry: u32, wait: u32| {
        format!(
            "DEBUG message=the call failed and is tried again after a wait \
             http.request.method=GET server.address=\"api.test\" {what} \
             http.request.resend_count={retry} wait_ms={wait}"
        )
    };
    assert_eq!(
        *lines.lock().unwrap(),
        [
            fields("error.type=\"connect\"", 1, 1000),
            fields("error.type=\"timeout\"", 2, 2000),
            fields("http.response.status_code=503", 3, 4000),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn tracing_is_told_why_a_call_is_not_tried_again() {
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(Events(Arc::clone(&lines)));
    let down = ScriptedTransport::new().otherwise(Reply::status(503));
    let nothing = RetryBudget::default().min_per_second(0).ratio(0.0);
    client(&down, retries().budget(nothing))
        .get(SECRET)
        .send()
        .await
        .unwrap();
    drop(guard);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("budget") && lines[0].contains("api.test"),
        "{lines:?}"
    );
    assert!(!lines[0].contains("hunter"), "{lines:?}");
}

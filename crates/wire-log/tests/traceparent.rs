//! A span for each attempt, which OpenTelemetry sends to the server.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use safe_retry::RetryMiddleware;
use testkit::{Answer, Reply, ScriptedTransport};
use tracing::field::{Field, Visit};
use tracing::{Instrument, Subscriber, span};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use wire_log::{AttemptSpan, LogMiddleware, TracingMiddleware};

const URL: &str = "http://ada:hunter2@api.test/users?key=hunter2";

/// Writes down each span and what is recorded of it.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        let mut line = Line(attributes.metadata().name().to_owned());
        attributes.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn on_record(&self, _: &span::Id, record: &span::Record<'_>, _: Context<'_, S>) {
        let mut line = Line("…".to_owned());
        record.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_span_of_its_own_that_the_server_is_told() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let provider = SdkTracerProvider::builder().build();
    let spans = Spans::default();
    let open_telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = Registry::default().with(open_telemetry).with(spans.clone());
    let guard = tracing::subscriber::set_default(subscriber);

    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(200));
    let client = transport.client_with(|chain| {
        let spans = TracingMiddleware::<AttemptSpan>::new();
        chain
            .with(RetryMiddleware::new())
            .with(spans)
            .with(LogMiddleware::new())
    });
    let call = client
        .get(URL)
        .send()
        .instrument(tracing::info_span!("call"));
    call.await.unwrap();
    drop(guard);

    // Version, trace, span, flags (W3C Trace Context §3.2).
    let sent: Vec<Vec<String>> = transport
        .requests()
        .iter()
        .map(|request| {
            request
                .header("traceparent")
                .unwrap()
                .split('-')
                .map(str::to_owned)
                .collect()
        })
        .collect();
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter()
            .all(|parts| parts.len() == 4 && parts[0] == "00")
    );
    assert!(sent.iter().all(|parts| parts[1] == sent[0][1]), "one trace");
    assert!(
        sent[0][2] != sent[1][2] && sent[1][2] != sent[2][2],
        "a span each"
    );

    let spans = spans.0.lock().unwrap().clone();
    let attempts: Vec<_> = spans
        .iter()
        .filter(|span| span.starts_with("http.client.attempt"))
        .collect();
    let span = r#"http.client.attempt otel.kind="client" otel.name="GET" http.request.method="GET" url.full="http://api.test/users?key=REDACTED" server.address="api.test" server.port=80"#;
    let again = |count: u32| format!("{span} http.request.resend_count={count}");
    assert_eq!(attempts, [span, &again(1), &again(2)]);
    let recorded: Vec<_> = spans
        .iter()
        .filter(|span| span.starts_with('…'))
        .map(|line| &line["… ".len()..])
        .collect();
    assert_eq!(
        recorded,
        [
            "http.response.status_code=503",
            r#"network.protocol.version="1.1""#,
            r#"error.type="503""#,
            r#"otel.status_code="ERROR""#,
            r#"error.type="connect""#,
            r#"otel.status_code="ERROR""#,
            "http.response.status_code=200",
            r#"network.protocol.version="1.1""#,
        ]
    );
    assert!(!format!("{spans:?}").contains("hunter2"));
}

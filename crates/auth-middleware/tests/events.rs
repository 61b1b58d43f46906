//! What tracing is told. This test is alone in its program: tracing remembers for the whole of it whether anybody listens to
//! an event, and a test that doesn't would be asked as well.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use auth_middleware::AuthMiddleware;
use request_context::{Origin, WithoutAuth};
use support::{API, Witness, client, fixed, origin};
use testkit::{Reply, ScriptedTransport};
use tracing::field::{Field, Visit};
use tracing::span;

type Lines = Arc<Mutex<Vec<String>>>;

/// Writes down each event with its fields.
struct Events(Lines);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("auth_middleware")
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

#[tokio::test]
async fn a_refused_request_without_a_credential_says_why_it_had_none() {
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(Events(Arc::clone(&lines)));
    let transport = ScriptedTransport::new().respond_with(|request| {
        let is_open = request.url().path() == "/open";
        Reply::status(if is_open { 200 } else { 401 })
    });
    let witness = Witness::default();
    let told = fixed(origin());
    let told = client(&transport, &witness, told);
    for refused in [
        "https://evil.test/me?key=hunter3",
        "http://api.test:443/me?key=hunter3",
    ] {
        told.get(refused).send().await.unwrap();
    }
    let plain: Origin = "http://orders.test".parse().unwrap();
    let plain = client(&transport, &witness, fixed(plain));
    plain.get("http://orders.test/7").send().await.unwrap();
    let none = AuthMiddleware::handed_down(origin());
    let none = client(&transport, &witness, none);
    none.get(API).send().await.unwrap();

    // Nobody has to wonder about these: let in, refused with the credential, and refused as the caller wanted it.
    told.get("https://evil.test/open").send().await.unwrap();
    told.get(API).send().await.unwrap();
    let without = told.get(API).with_extension(WithoutAuth);
    without.send().await.unwrap();
    let own = told.get(API).header("authorization", "Basic YTpi");
    own.send().await.unwrap();
    drop(guard);

    let line = |host: &str, reason: &str| {
        format!(
            "DEBUG message=the request was refused, and carried no credential of this layer \
             server.address=\"{host}\" http.response.status_code=401 reason=\"{reason}\""
        )
    };
    assert_eq!(
        *lines.lock().unwrap(),
        [
            line("evil.test", "its origin is not allowed"),
            line("api.test", "its origin is not allowed"),
            line(
                "orders.test",
                "it would go over plain http to another machine"
            ),
            line("api.test", "there was none"),
        ]
    );
}

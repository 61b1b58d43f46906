//! What the tests of the middleware share: a subscriber that writes down what it is told.
#![allow(clippy::expect_used, clippy::unwrap_used)]
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(unreachable_pub, reason = "a module of several test crates")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use reqwest_middleware::ClientWithMiddleware;
use testkit::ScriptedTransport;
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use wire_log::LogMiddleware;

pub const URL: &str = "http://api.test/users?page=2&key=hunter2";

pub fn client(transport: &ScriptedTransport, layer: LogMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

/// An event as it was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub level: Level,
    pub target: String,
    fields: BTreeMap<String, String>,
    /// The name of the span that it was told in.
    pub span: Option<&'static str>,
}

impl Told {
    /// What the event is about.
    pub fn message(&self) -> &str {
        &self["message"]
    }

    /// What this field says, if the event has it.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The names of its fields.
    pub fn names(&self) -> Vec<&str> {
        self.fields.keys().map(String::as_str).collect()
    }
}

impl std::ops::Index<&str> for Told {
    type Output = str;

    #[track_caller]
    fn index(&self, name: &str) -> &str {
        let field = self.field(name);
        field.unwrap_or_else(|| panic!("there is no {name} in {self:?}"))
    }
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields
            .insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields
            .insert(field.name().to_owned(), format!("{value:?}"));
    }
}

/// Listens to this thread's events of every level, and keeps them.
pub struct Listener {
    told: Arc<Mutex<Vec<Told>>>,
    _guard: DefaultGuard,
}

impl Listener {
    pub fn start() -> Self {
        let told = Arc::default();
        let layer = Keep(Arc::clone(&told));
        Self {
            told,
            _guard: tracing::subscriber::set_default(Registry::default().with(layer)),
        }
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    pub fn messages(&self) -> Vec<String> {
        self.told()
            .iter()
            .map(|told| told.message().to_owned())
            .collect()
    }

    /// The one event with this message.
    #[track_caller]
    pub fn only(&self, message: &str) -> Told {
        let all = self.told();
        let mut found = all.iter().filter(|told| told.message() == message);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("no {message} in {all:?}"));
        assert!(
            found.next().is_none(),
            "{message} more than once in {all:?}"
        );
        one.clone()
    }
}

struct Keep(Arc<Mutex<Vec<Told>>>);

impl<S> Layer<S> for Keep
where
    S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target() != "wire_log" {
            return;
        }
        let mut told = Told {
            level: *metadata.level(),
            target: metadata.target().to_owned(),
            fields: BTreeMap::new(),
            span: context.event_span(event).map(|span| span.name()),
        };
        event.record(&mut told);
        self.0.lock().unwrap().push(told);
    }
}

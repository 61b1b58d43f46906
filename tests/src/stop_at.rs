//! A place to stand still at.

use std::fmt::Debug;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing::{Event, Metadata, Subscriber};

/// Stops the thread that takes a step of a refresh, for good, and says so on the standard output: `at STEP`. It goes by the
/// events that `token-store` and `auth-middleware` emit.
#[derive(Debug)]
pub struct StopAt {
    step: String,
}

impl StopAt {
    /// Stops at this step, such as `locked` or `renamed during save`.
    pub fn new(step: impl Into<String>) -> Self {
        Self { step: step.into() }
    }

    /// Begins to listen, for the whole process.
    ///
    /// # Errors
    ///
    /// When somebody else listens already.
    pub fn install(self) -> Result<(), SetGlobalDefaultError> {
        set_global_default(self)
    }
}

impl Subscriber for StopAt {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ["token_store", "auth_middleware"].contains(&metadata.target())
    }

    fn event(&self, event: &Event<'_>) {
        let mut taken = Taken::default();
        event.record(&mut taken);
        if taken.name() == self.step {
            println!("at {}", self.step);
            loop {
                std::thread::park();
            }
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A step that was taken, and what for.
#[derive(Default)]
struct Taken {
    step: String,
    during: String,
}

impl Taken {
    fn name(&self) -> String {
        match self.during.as_str() {
            "" => self.step.clone(),
            during => format!("{} during {during}", self.step),
        }
    }
}

impl Visit for Taken {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "step" => value.clone_into(&mut self.step),
            "during" => value.clone_into(&mut self.during),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

//! A log as a program would have it, kept in memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, format::FmtSpan};
use tracing_subscriber::layer::SubscriberExt;

/// Listens to all that this thread's tasks tell, and writes it down. Dropping it ends that.
pub(crate) struct Listener {
    log: Log,
    _guard: DefaultGuard,
}

impl Listener {
    /// Listens to everything: each level, each target, and spans too.
    pub(crate) fn to_everything() -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = fmt::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        Self {
            log,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Listens to what this workspace tells at this level and those above it.
    pub(crate) fn to(level: Level) -> Self {
        let log = Log::default();
        let writer = log.clone();
        let targets = ["facade", "safe_retry", "wire_log"].map(|target| (target, level));
        let lines = fmt::layer()
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone());
        let subscriber = Registry::default()
            .with(lines)
            .with(Targets::new().with_targets(targets));
        Self {
            log,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The whole log.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.log.bytes().clone()).unwrap()
    }

    /// The lines of the log that say this.
    pub(crate) fn lines(&self, what: &str) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().filter(|line| line.contains(what));
        lines.map(str::to_owned).collect()
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

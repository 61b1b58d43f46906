//! The events of the store, recorded, and places to stop it at.

use std::fmt::Debug;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// One event of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) warning: bool,
    pub(crate) message: String,
    pub(crate) step: String,
    pub(crate) during: String,
    pub(crate) path: String,
}

impl Seen {
    /// The step, and what it is for.
    pub(crate) fn name(&self) -> String {
        match self.during.as_str() {
            "" => self.step.clone(),
            during => format!("{} during {during}", self.step),
        }
    }
}

struct Stop {
    folder: String,
    name: String,
    reached: Sender<()>,
    go_on: Receiver<()>,
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());
static STOPS: Mutex<Vec<Stop>> = Mutex::new(Vec::new());
static ABORT_AT: Mutex<Option<String>> = Mutex::new(None);

/// Begins to record. The store emits on threads of the runtime, so the recorder is that of the whole process.
pub(crate) fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

/// What was seen of this folder.
pub(crate) fn seen(folder: &std::path::Path) -> Vec<Seen> {
    let folder = folder.to_str().unwrap();
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let of_it = seen
        .iter()
        .filter(|seen| seen.path.contains(folder) || seen.message.contains(folder));
    of_it.cloned().collect()
}

/// Ends the process at this step, at once and without cleaning up.
pub(crate) fn abort_at(name: &str) {
    record();
    *ABORT_AT.lock().unwrap() = Some(name.to_owned());
}

/// Stops the thread that takes this step in this folder, once: what is answered tells when, and lets it go on.
pub(crate) fn stop_at(folder: &std::path::Path, name: &str) -> (Receiver<()>, Sender<()>) {
    record();
    let (reached, was_reached) = channel();
    let (let_go_on, go_on) = channel();
    STOPS.lock().unwrap().push(Stop {
        folder: folder.to_str().unwrap().to_owned(),
        name: name.to_owned(),
        reached,
        go_on,
    });
    (was_reached, let_go_on)
}

struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "token_store"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut seen = Seen {
            warning: *event.metadata().level() == Level::WARN,
            ..Seen::default()
        };
        event.record(&mut seen);
        if ABORT_AT.lock().unwrap().as_ref() == Some(&seen.name()) {
            std::process::abort();
        }
        let stop = {
            let mut stops = STOPS.lock().unwrap();
            let index = stops
                .iter()
                .position(|stop| stop.name == seen.name() && seen.path.contains(&stop.folder));
            index.map(|index| stops.remove(index))
        };
        SEEN.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
        if let Some(stop) = stop {
            stop.reached.send(()).unwrap();
            // An error means that the test is over.
            let _ = stop.go_on.recv();
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}");
        match field.name() {
            "message" => self.message = value,
            "step" => self.step = value,
            "during" => self.during = value,
            "path" => self.path = value,
            other => panic!("an event has an unknown field {other}"),
        }
    }
}

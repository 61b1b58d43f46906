//! What may go wrong, each through every way: its kind, its text, whether a later try may help, what a caller can match.

mod answers;
mod bodies;
mod connecting;
mod http2;
mod layers;
mod limits;
mod ways;
mod wire;

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use facade::{ApiError, ErrorKind, TimeoutPhase};
use futures_util::future::{LocalBoxFuture, join_all};
use stack_tests::chain;
use tokio::time::timeout;

use crate::expectations::assert_kind;
use ways::Way;

/// One thing that goes wrong, and what each way through the stack made of it.
struct Situation {
    name: &'static str,
    kind: ErrorKind,
    /// What the text begins with; method, if it is known, and URL follow.
    text: &'static str,
    is_transient: bool,
    /// Whether it has the source that a caller would look for.
    has_source: fn(&ApiError) -> bool,
    told: Vec<(Way, ApiError)>,
}

const SILENCE: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Idle);

impl Situation {
    /// Without the facade nobody knows which of reqwest's limits has passed.
    fn expected(&self, way: Way) -> (ErrorKind, &'static str) {
        match (self.kind, way) {
            (SILENCE, way) if !way.is_facade() => (
                ErrorKind::Timeout(TimeoutPhase::Attempt),
                "the answer took too long",
            ),
            _ => (self.kind, self.text),
        }
    }

    #[track_caller]
    fn check(&self) {
        assert!(!self.told.is_empty(), "{}", self.name);
        for (way, error) in &self.told {
            let what = format!("{}, {way:?}: {error:?}", self.name);
            let (kind, text) = self.expected(*way);
            assert_eq!(error.kind(), kind, "{what}");
            assert_kind(error, kind);
            let shown = error.to_string();
            // Nor does anyone else know which answer a body belonged to.
            let text = match error.status() {
                Some(status) if !self.text.contains(status.as_str()) => {
                    assert!(way.is_facade(), "{what}");
                    format!("{text} (200)")
                }
                _ => text.to_owned(),
            };
            let located = match (error.method(), error.url()) {
                (Some(method), Some(url)) => format!("{text}: {method} {url}"),
                (None, Some(url)) => format!("{text}: {url}"),
                _ => text,
            };
            assert_eq!(shown, located, "{what}");
            if way.is_facade() {
                assert!(error.method().is_some() && error.url().is_some(), "{what}");
            }
            assert_eq!(error.is_transient(), self.is_transient, "{what}");
            assert!((self.has_source)(error), "{what}");
            // Each URL has a query with this in it.
            for error in chain(error) {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{what}");
            }
        }
    }
}

/// Whether it comes from nothing else, but for what a wrapper on the way holds.
fn from_nothing(error: &ApiError) -> bool {
    error.source().is_none() || from::<ApiError>(error)
}

fn from<E: Error + 'static>(error: &ApiError) -> bool {
    error.find_source::<E>().is_some()
}

#[tokio::test]
async fn each_situation_is_told_for_what_it_is_by_every_way() {
    let groups: [LocalBoxFuture<'_, Vec<Situation>>; 7] = [
        Box::pin(answers::situations()),
        Box::pin(bodies::situations()),
        Box::pin(connecting::situations()),
        Box::pin(http2::situations()),
        Box::pin(layers::situations()),
        Box::pin(limits::situations()),
        Box::pin(wire::situations()),
    ];
    // Some hundred calls that all go on at once: a busy machine needs more than what is soon for one.
    let situations = timeout(Duration::from_secs(300), join_all(groups)).await;
    let situations: Vec<_> = situations.unwrap().into_iter().flatten().collect();
    for situation in &situations {
        situation.check();
    }
    let names: HashSet<_> = situations.iter().map(|situation| situation.name).collect();
    assert_eq!((names.len(), situations.len()), (73, 73));
    let kinds: HashSet<_> = situations.iter().map(|situation| situation.kind).collect();
    assert_eq!(kinds.len(), 34, "each kind there is");
    let told: usize = situations
        .iter()
        .map(|situation| situation.told.len())
        .sum();
    assert_eq!(told, 540);
    let full = situations.iter().filter(|situation| {
        let mut ways = situation.told.iter();
        ways.any(|(way, _)| *way == Way::Full)
    });
    assert_eq!(full.count(), 70, "all but three that no other way has");
}

//! The end of a refresh, awaited.

use std::time::Duration;

use request_context::Instant;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::decision::Outcome;

/// Tells what a refresh under way becomes.
pub(crate) struct Landed {
    outcome: watch::Receiver<Option<Outcome>>,
    since: Instant,
    patience: Duration,
}

impl Landed {
    pub(crate) fn new(outcome: watch::Receiver<Option<Outcome>>, patience: Duration) -> Self {
        Self {
            outcome,
            since: Instant::now(),
            patience,
        }
    }

    /// Waits for the outcome; none if the refresh is overdue, or gone without a word.
    pub(crate) async fn wait(mut self) -> Option<Outcome> {
        let patience = self.patience.saturating_sub(self.since.elapsed());
        let told = self.outcome.wait_for(Option::is_some);
        // Other executors have no timer, and the refresh has one of its own.
        let told = match Handle::try_current() {
            Ok(_) => timeout(patience, told).await.ok()?,
            Err(_) => told.await,
        };
        told.ok()?.clone()
    }
}

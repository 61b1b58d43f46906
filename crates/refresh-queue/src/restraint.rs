//! What keeps a queue from refreshing too often.

use std::collections::VecDeque;
use std::time::Duration;

use crate::RefreshFailure;
use crate::limits::Limits;

/// What the latest refreshes became. Times are since the queue was made.
#[derive(Default)]
pub(crate) struct Restraint {
    setback: Option<Setback>,
    /// When the latest refreshes succeeded, oldest first.
    succeeded: VecDeque<Duration>,
}

/// The failure of the latest refresh: others wait until `retry_at` before they try again.
struct Setback {
    failure: RefreshFailure,
    failures: u32,
    retry_at: Duration,
}

impl Restraint {
    pub(crate) fn succeeded(&mut self, now: Duration) {
        self.setback = None;
        self.succeeded.push_back(now);
    }

    pub(crate) fn failed(&mut self, failure: RefreshFailure, limits: &Limits, now: Duration) {
        let failures = self.setback.as_ref().map_or(0, |last| last.failures) + 1;
        self.setback = Some(Setback {
            failure,
            failures,
            retry_at: now.saturating_add(limits.backoff_after(failures)),
        });
    }

    pub(crate) fn forget_failures(&mut self) {
        self.setback = None;
    }

    /// What stands against a refresh now.
    pub(crate) fn obstacle(&mut self, limits: &Limits, now: Duration) -> Option<RefreshFailure> {
        if let Some(setback) = &self.setback
            && now < setback.retry_at
        {
            return Some(setback.failure.clone());
        }
        while let Some(oldest) = self.succeeded.front()
            && now.saturating_sub(*oldest) >= limits.window
        {
            self.succeeded.pop_front();
        }
        (self.succeeded.len() >= limits.refreshes).then_some(RefreshFailure::TooManyRefreshes)
    }
}

//! The wait between two attempts: how long it is, and what is done meanwhile.

use std::time::{Duration, SystemTime};

use request_context::{Instant, drain, retry_after};
use reqwest::Response;
use reqwest_middleware::Result;
use reqwest_retry::{RetryDecision, RetryPolicy};
use tokio::time::{sleep_until, timeout_at};

use crate::Retry;
use crate::attempts::Attempts;
use crate::decision::{self, Facts};

/// The rest of a short answer is on its way, and reading it costs less than another connection.
const GRACE: Duration = Duration::from_millis(100);

impl Attempts<'_> {
    /// How long to wait after this outcome, and until when; none if there should be no other attempt.
    pub(crate) fn wait_after(
        &self,
        outcome: &Result<Response>,
        retries: u32,
    ) -> Option<(Duration, Instant)> {
        let (now, wall_clock) = (Instant::now(), SystemTime::now());
        let until = |at: Instant| at.saturating_duration_since(now);
        let answer = outcome.as_ref().ok();
        let wait = decision::wait(Facts {
            backoff: self.backoff(wall_clock, retries),
            requested: answer.and_then(|answer| retry_after(answer.headers(), wall_clock)),
            cap: self.layer.retry_after_cap,
            parked: self.parked_until().map(until),
            remaining: self.call.deadline().map(until),
        })?;
        Some((wait, now.checked_add(wait)?))
    }

    /// Waits until then. A failed answer is read to its end meanwhile, so that its connection can carry the next attempt.
    pub(crate) async fn wait_until(&self, until: Instant, outcome: Result<Response>) {
        let begun = Instant::now();
        if let Ok(response) = outcome {
            let _ = timeout_at(self.drained_by(begun, until), drain(response)).await;
        }
        sleep_until(until).await;
        self.call.add_wait(begun.elapsed());
    }

    /// By when an answer must have ended: when the next attempt leaves. A moment's delay does that no harm, unless the
    /// deadline is near.
    fn drained_by(&self, now: Instant, until: Instant) -> Instant {
        let grace = until.max(now + GRACE);
        let is_in_time = self.call.deadline().is_none_or(|deadline| grace < deadline);
        if is_in_time { grace } else { until }
    }

    fn backoff(&self, now: SystemTime, retries: u32) -> Option<Duration> {
        let own = self.own.as_ref().and_then(Retry::own_policy);
        let policy: &dyn RetryPolicy = own.map_or(&*self.layer.policy, |own| &**own);
        // Policies know wall clock time; what has passed of it is counted by tokio's, which tests can pause.
        let begun = now.checked_sub(self.begun.elapsed()).unwrap_or(now);
        match policy.should_retry(begun, retries) {
            RetryDecision::Retry { execute_after } => {
                Some(execute_after.duration_since(now).unwrap_or_default())
            }
            RetryDecision::DoNotRetry => None,
        }
    }
}

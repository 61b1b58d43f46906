//! What a test reads from a scripted transport: who asked, how often, and who waits.

use super::{ScriptedTransport, SentRequest};

impl ScriptedTransport {
    /// Returns the requests sent so far, in order of arrival, those still under way included.
    #[must_use]
    pub fn requests(&self) -> Vec<SentRequest> {
        self.shared.log.requests()
    }

    /// Returns the request that arrived last.
    #[must_use]
    pub fn last(&self) -> Option<SentRequest> {
        self.shared.log.last()
    }

    /// Returns how many requests have arrived.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.log.counts().arrived
    }

    /// Returns how many requests wait for their answer now: sent, neither answered nor dropped. A response whose body is
    /// still being read is answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.log.counts().in_flight
    }

    /// Returns how many requests were dropped before they were answered, or timed out: this is how a test sees a
    /// cancellation.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.shared.log.counts().abandoned
    }

    /// Waits until at least `n` requests have arrived.
    ///
    /// # Cancel safety
    ///
    /// Dropping the wait changes nothing.
    pub async fn wait_for_requests(&self, n: usize) {
        self.shared
            .log
            .wait_until(|counts| counts.arrived >= n)
            .await;
    }

    /// Asserts that exactly `n` requests have arrived.
    ///
    /// # Panics
    ///
    /// When there are more or fewer. The message lists them.
    #[track_caller]
    pub fn assert_count(&self, n: usize) {
        let lines: Vec<_> = self
            .requests()
            .iter()
            .map(|sent| format!("{} {}", sent.method(), sent.url()))
            .collect();
        assert!(
            lines.len() == n,
            "expected {n} requests, {} were sent: {lines:#?}",
            lines.len()
        );
    }
}

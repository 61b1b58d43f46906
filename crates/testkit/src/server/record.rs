//! What a test reads from a fault server: requests, connections, and who went away.

use super::{FaultServer, ReceivedRequest};

impl FaultServer {
    /// Returns the requests received so far, in the order in which they were read whole or broke off.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.shared.facts.requests()
    }

    /// Returns how many requests were received.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.facts.counts().requests
    }

    /// Returns how many requests were received for this path, which has no query.
    #[must_use]
    pub fn count_of(&self, path: &str) -> usize {
        let requests = self.requests();
        requests
            .iter()
            .filter(|request| request.path() == path)
            .count()
    }

    /// Returns how many bytes of request bodies were received, those of uploads under way included.
    #[must_use]
    pub fn body_bytes(&self) -> u64 {
        self.shared.facts.counts().body_bytes
    }

    /// Returns how many connections were accepted.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.facts.counts().connections
    }

    /// Returns how many connections are open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.facts.counts().open
    }

    /// Returns how many times a client went away in the middle of a request or of its answer. The end of an idle
    /// connection doesn't count.
    #[must_use]
    pub fn disconnects(&self) -> usize {
        self.shared.facts.counts().disconnects
    }

    /// Waits until at least `n` requests were received.
    ///
    /// # Cancel safety
    ///
    /// Dropping the wait changes nothing. That holds for all waits of the server.
    pub async fn wait_for_requests(&self, n: usize) {
        self.shared
            .facts
            .wait_until(|counts| counts.requests >= n)
            .await;
    }

    /// Waits until at least `n` bytes of request bodies were received.
    pub async fn wait_for_body_bytes(&self, n: u64) {
        self.shared
            .facts
            .wait_until(|counts| counts.body_bytes >= n)
            .await;
    }

    /// Waits until clients went away at least `n` times in the middle of a request or of its answer: this is how a test
    /// sees that a cancelled call closes its socket.
    pub async fn wait_for_disconnects(&self, n: usize) {
        self.shared
            .facts
            .wait_until(|counts| counts.disconnects >= n)
            .await;
    }

    /// Waits until at most `n` connections are open.
    pub async fn wait_for_open_connections(&self, n: usize) {
        self.shared
            .facts
            .wait_until(|counts| counts.open <= n)
            .await;
    }
}

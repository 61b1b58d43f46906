//! What the server has seen, for tests to read and to wait for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::received::ReceivedRequest;

#[derive(Debug, Default)]
pub(super) struct Facts {
    requests: Mutex<Vec<ReceivedRequest>>,
    counts: watch::Sender<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) requests: usize,
    pub(super) body_bytes: u64,
    pub(super) disconnects: usize,
    pub(super) connections: usize,
    pub(super) open: usize,
}

impl Facts {
    pub(super) fn record(&self, request: ReceivedRequest) {
        self.all().push(request);
        self.counts.send_modify(|counts| counts.requests += 1);
    }

    pub(super) fn requests(&self) -> Vec<ReceivedRequest> {
        self.all().clone()
    }

    pub(super) fn body_bytes(&self, more: usize) {
        self.counts
            .send_modify(|counts| counts.body_bytes += more as u64);
    }

    pub(super) fn disconnected(&self) {
        self.counts.send_modify(|counts| counts.disconnects += 1);
    }

    /// Counts a connection as open as long as what is returned lives. It is given the number of the connection.
    pub(super) fn connected(&self) -> (u64, Open<'_>) {
        let mut number = 0;
        self.counts.send_modify(|counts| {
            counts.connections += 1;
            counts.open += 1;
            number = counts.connections as u64;
        });
        (number, Open(self))
    }

    pub(super) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    pub(super) async fn wait_until(&self, reached: impl FnMut(&Counts) -> bool) {
        // The sender is in `self`, so the channel can't close meanwhile.
        let _ = self.counts.subscribe().wait_for(reached).await;
    }

    fn all(&self) -> MutexGuard<'_, Vec<ReceivedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Open<'a>(&'a Facts);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.counts.send_modify(|counts| counts.open -= 1);
    }
}

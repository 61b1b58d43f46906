//! The requests a transport has seen, and how many of them are where.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use super::sent::SentRequest;

#[derive(Debug, Default)]
pub(super) struct Log {
    sent: Mutex<Vec<SentRequest>>,
    counts: watch::Sender<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) arrived: usize,
    pub(super) in_flight: usize,
    pub(super) abandoned: usize,
}

impl Log {
    /// Records a request and returns its entry, which counts it as abandoned if it is dropped unanswered.
    pub(super) fn arrive(&self, request: SentRequest) -> Entry<'_> {
        let index = {
            let mut sent = self.sent();
            sent.push(request);
            sent.len() - 1
        };
        self.counts.send_modify(|counts| {
            counts.arrived += 1;
            counts.in_flight += 1;
        });
        Entry {
            log: self,
            index,
            answered: false,
        }
    }

    pub(super) fn requests(&self) -> Vec<SentRequest> {
        self.sent().clone()
    }

    pub(super) fn last(&self) -> Option<SentRequest> {
        self.sent().last().cloned()
    }

    pub(super) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    pub(super) async fn wait_until(&self, reached: impl FnMut(&Counts) -> bool) {
        // The sender is in `self`, so the channel can't close meanwhile.
        let _ = self.counts.subscribe().wait_for(reached).await;
    }

    fn sent(&self) -> MutexGuard<'_, Vec<SentRequest>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request under way.
pub(super) struct Entry<'a> {
    log: &'a Log,
    index: usize,
    answered: bool,
}

impl Entry<'_> {
    /// Counted from 1.
    pub(super) fn number(&self) -> usize {
        self.index + 1
    }

    pub(super) fn sent(&self) -> SentRequest {
        self.log.sent()[self.index].clone()
    }

    pub(super) fn push_body(&self, bytes: Bytes) {
        self.log.sent()[self.index].push_body(bytes);
    }

    pub(super) fn complete_body(&self) {
        self.log.sent()[self.index].complete_body();
    }

    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.log.counts.send_modify(|counts| {
            counts.in_flight -= 1;
            counts.abandoned += usize::from(!self.answered);
        });
    }
}

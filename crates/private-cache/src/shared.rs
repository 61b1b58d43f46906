//! What the clones of a cache share.

use std::sync::atomic::{AtomicU64, Ordering};

use url::Url;

use crate::Store;
use crate::marks::{Mark, Marks};
use crate::revalidations::Revalidations;

pub(crate) struct Shared {
    pub(crate) store: Box<dyn Store>,
    pub(crate) marks: Marks,
    pub(crate) revalidations: Revalidations,
    /// Counts how often something was forgotten.
    epoch: AtomicU64,
}

/// How often something had been forgotten at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// What was so when a request began, without which its answer is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    epoch: Epoch,
    mark: Mark,
}

impl Shared {
    pub(crate) fn new(store: impl Store) -> Self {
        Self {
            store: Box::new(store),
            marks: Marks::new(),
            revalidations: Revalidations::default(),
            epoch: AtomicU64::new(0),
        }
    }

    /// Says that what was asked for so far is not to be stored any more.
    pub(crate) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Acquire))
    }

    /// The ticket of a request that began in this epoch, and is about to be sent.
    pub(crate) fn ticket(&self, epoch: Epoch, url: &Url) -> Ticket {
        Ticket {
            epoch,
            mark: self.marks.mark(url),
        }
    }

    /// Whether nothing has been forgotten or changed since.
    pub(crate) fn is_valid(&self, ticket: &Ticket, url: &Url) -> bool {
        self.ticket(self.epoch(), url) == *ticket
    }
}

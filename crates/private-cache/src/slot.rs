//! Where the answer to one request is kept.

use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderMap;
use request_context::Instant;
use url::Url;

use crate::asked::Asked;
use crate::cache::Clock;
use crate::finishing::Finishing;
use crate::shared::{Shared, Ticket};
use crate::{Cache, Entry, EntryParts, Key};

/// Where the answer to one request is kept, as long as nothing that it depends on is forgotten or changed.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    key: Key,
    ticket: Ticket,
    /// What the ticket is for.
    url: Url,
    /// The request's.
    headers: HeaderMap,
    max_variants: usize,
    clock: Arc<Clock>,
    deadline: Option<Instant>,
}

impl Cache {
    pub(crate) fn slot(&self, asked: &Asked) -> Slot {
        Slot {
            shared: Arc::clone(&self.shared),
            key: asked.ask.key.clone(),
            ticket: asked.ticket.clone(),
            url: asked.url.clone(),
            headers: asked.headers.clone(),
            max_variants: self.options.max_variants,
            clock: Arc::clone(&self.options.clock),
            deadline: asked.ask.deadline,
        }
    }
}

impl Slot {
    /// Stores this answer, unless a newer one is there.
    pub(crate) fn store(self, parts: EntryParts) -> Finishing {
        Finishing::new(self.deadline, async move {
            if !self.is_valid() {
                return;
            }
            let store = &self.shared.store;
            let before = store.get(&self.key).await.unwrap_or_default();
            let stored = before.select(&self.headers);
            if stored.is_some_and(|stored| self.is_newer(stored, parts.request_time)) {
                return;
            }
            let entry = Arc::new(Entry::from(parts));
            let variants = before.with(entry, &self.headers, self.max_variants);
            store.put(self.key.clone(), Arc::new(variants)).await;
            // It may have happened just now.
            if !self.is_valid() {
                store.remove(&self.key).await;
            }
        })
    }

    /// Drops what is stored that fits the request.
    pub(crate) fn clear(self) -> Finishing {
        Finishing::new(self.deadline, async move {
            let store = &self.shared.store;
            let Some(before) = store.get(&self.key).await else {
                return;
            };
            let others = before.without(&self.headers);
            if !others.entries().is_empty() && self.is_valid() {
                store.put(self.key.clone(), Arc::new(others)).await;
                if self.is_valid() {
                    return;
                }
            }
            store.remove(&self.key).await;
        })
    }

    fn is_valid(&self) -> bool {
        self.shared.is_valid(&self.ticket, &self.url)
    }

    /// Whether what is stored was asked for after this time. If it's from the future, the clock has been set back.
    fn is_newer(&self, stored: &Entry, asked_at: SystemTime) -> bool {
        let stored = stored.parts().request_time;
        stored > asked_at && stored <= (self.clock)()
    }
}

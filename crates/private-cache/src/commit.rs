//! Storing an answer whose body is complete.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use crate::shared::{Shared, Ticket};
use crate::{Entry, EntryParts, Key};

/// An answer that is to be stored, but for its body.
pub(crate) struct Commit {
    pub(crate) shared: Arc<Shared>,
    pub(crate) key: Key,
    pub(crate) ticket: Ticket,
    /// What the ticket is for.
    pub(crate) url: Url,
    /// The request's.
    pub(crate) headers: HeaderMap,
    pub(crate) parts: EntryParts,
    pub(crate) max_variants: usize,
}

impl Commit {
    /// Stores it, unless something that it depends on was forgotten or changed since it was asked for.
    pub(crate) async fn store(self, body: Bytes) {
        if !self.shared.is_valid(&self.ticket, &self.url) {
            return;
        }
        let parts = EntryParts { body, ..self.parts };
        let store = &self.shared.store;
        let entry = Arc::new(Entry::from(parts));
        let before = store.get(&self.key).await.unwrap_or_default();
        let variants = before.with(entry, &self.headers, self.max_variants);
        store.put(self.key.clone(), Arc::new(variants)).await;
        // It may have happened just now.
        if !self.shared.is_valid(&self.ticket, &self.url) {
            store.remove(&self.key).await;
        }
    }
}

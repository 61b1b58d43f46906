//! A store that a test holds up, before what it does or after.

use std::sync::Arc;

use async_trait::async_trait;
use private_cache::{Key, MemoryStore, Scope, Store, Variants};
use testkit::Gate;

/// A store in memory with gates that stand open until they are closed. Clones are one.
#[derive(Clone)]
pub(crate) struct GatedStore {
    kept: MemoryStore,
    /// Passed with what was found.
    pub(crate) found: Gate,
    /// Passed before something is kept.
    pub(crate) putting: Gate,
    /// Passed when it is kept.
    pub(crate) put: Gate,
    /// Passed before something is dropped.
    pub(crate) removing: Gate,
}

impl GatedStore {
    pub(crate) fn new() -> Self {
        let open = || {
            let gate = Gate::new();
            gate.open();
            gate
        };
        Self {
            kept: MemoryStore::new(),
            found: open(),
            putting: open(),
            put: open(),
            removing: open(),
        }
    }
}

#[async_trait]
impl Store for GatedStore {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        let found = self.kept.get(key).await;
        self.found.pass().await;
        found
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        self.putting.pass().await;
        self.kept.put(key, variants).await;
        self.put.pass().await;
    }

    async fn remove(&self, key: &Key) {
        self.removing.pass().await;
        self.kept.remove(key).await;
    }

    async fn forget(&self, scope: &Scope) {
        self.kept.forget(scope).await;
    }

    async fn clear(&self) {
        self.kept.clear().await;
    }
}

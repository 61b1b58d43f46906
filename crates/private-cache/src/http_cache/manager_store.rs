//! A store over any manager of the http-cache crates.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http_cache::CacheManager;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::fingerprint::Fingerprint;
use super::sweep::sweep_later;
use super::work::{Shared, Work};
use crate::{Key, Scope, Store, Variants};

/// What it holds unless told otherwise, in bytes.
pub(super) const LIMIT: u64 = 256 * 1024 * 1024;
/// How many threads it works on. A manager may need others for itself, and waits for ever where ours have taken them all.
const THREADS: usize = 8;

/// A [`Store`] over a [`CacheManager`]: the answers that were used last, up to a number of bytes and 16,384 keys.
///
/// What it writes carries the format's version and a checksum. Whatever else it finds under its keys, such as an entry of
/// another version, of another program, or half an entry, is a miss and never an error. Nor does a manager that fails fail a
/// request.
///
/// A manager can only look up what it is asked for, so the store keeps an index beside the answers, in 64 pages of the same
/// manager. It says for whom an answer is, by a hash, and so lets [`forget`](Store::forget) find what it is to drop, after a
/// restart too. Until a key is in the index it isn't served; once it is out of it, it isn't either. What its bytes took is
/// given back in the background, by the next start if need be.
///
/// Answers are written as they came. Whoever may read the manager's files may read them.
///
/// One store at a time may use a manager's files. Clones are one store.
///
/// # Runtime
///
/// It works on tokio's threads for blocking work, since some managers block: on 9 of them at most. Outside a tokio runtime it
/// holds nothing.
pub struct ManagerStore<M> {
    shared: Arc<Shared<M>>,
    threads: Arc<Semaphore>,
}

impl<M: CacheManager> ManagerStore<M> {
    /// A store of 256 MiB.
    pub fn new(manager: M) -> Self {
        Self::with_limit(manager, LIMIT)
    }

    /// A store of so many bytes. What is stored under one key takes an eighth of it at most.
    pub fn with_limit(manager: M, bytes: u64) -> Self {
        Self {
            shared: Arc::new(Shared::new(manager, bytes)),
            threads: Arc::new(Semaphore::new(THREADS)),
        }
    }

    /// Works where blocking is allowed, to the end even if nobody waits for it.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Work<'_, M>) -> T + Send + 'static,
    ) -> Option<T> {
        let runtime = Handle::try_current().ok()?;
        let shared = self.shared.clone();
        let thread = self.threads.clone().acquire_owned().await.ok()?;
        let work = {
            let runtime = runtime.clone();
            move || {
                let _thread = thread;
                let outcome = work(&Work {
                    shared: &shared,
                    runtime: &runtime,
                });
                sweep_later(&shared, &runtime);
                outcome
            }
        };
        // A manager that panics has nothing.
        runtime.spawn_blocking(work).await.ok()
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl<M: CacheManager> Store for ManagerStore<M> {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        let key = Fingerprint::of_key(key);
        self.run(move |work| work.get(&key)).await?
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        self.run(move |work| work.put(&key, variants)).await;
    }

    async fn remove(&self, key: &Key) {
        let key = Fingerprint::of_key(key);
        self.run(move |work| work.remove(&key)).await;
    }

    async fn forget(&self, scope: &Scope) {
        let scope = Fingerprint::of_scope(scope);
        self.run(move |work| work.doom(Some(scope))).await;
    }

    async fn clear(&self) {
        self.run(|work| work.doom(None)).await;
    }
}

impl<M> Clone for ManagerStore<M> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            threads: self.threads.clone(),
        }
    }
}

impl<M> fmt::Debug for ManagerStore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerStore")
            .field("limit", &self.shared.limit)
            .finish_non_exhaustive()
    }
}

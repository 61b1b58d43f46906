//! A store over any manager of the http-cache crates.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use http_cache::{CacheManager, HttpHeaders, HttpResponse, HttpVersion};
use http_cache_semantics::CachePolicy;
use tokio::runtime::Handle;
use url::Url;

use super::fingerprint::Fingerprint;
use super::index::{Index, PAGES};
use super::record;
use crate::share::{SHARE, fitting};
use crate::{Key, Scope, Store, Variants};

/// What it holds unless told otherwise, in bytes.
pub(super) const LIMIT: u64 = 256 * 1024 * 1024;
/// What an answer takes in a manager beside itself.
const FRAME: u64 = 256;

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
/// It works on tokio's threads for blocking work, since some managers block. Outside a tokio runtime it holds nothing.
pub struct ManagerStore<M> {
    shared: Arc<Shared<M>>,
}

struct Shared<M> {
    manager: M,
    limit: u64,
    /// Read at first use. Only threads for blocking work take it, and hold it while they write.
    index: OnceLock<Mutex<Index>>,
}

impl<M: CacheManager> ManagerStore<M> {
    /// A store of 256 MiB.
    pub fn new(manager: M) -> Self {
        Self::with_limit(manager, LIMIT)
    }

    /// A store of so many bytes. What is stored under one key takes an eighth of it at most.
    pub fn with_limit(manager: M, bytes: u64) -> Self {
        let shared = Shared {
            manager,
            limit: bytes,
            index: OnceLock::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Works where blocking is allowed, to the end even if nobody waits for it.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Work<'_, M>) -> T + Send + 'static,
    ) -> Option<T> {
        let runtime = Handle::try_current().ok()?;
        let shared = self.shared.clone();
        let work = {
            let runtime = runtime.clone();
            move || {
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

/// Deletes what is doomed, after the caller has its answer.
fn sweep_later<M: CacheManager>(shared: &Arc<Shared<M>>, runtime: &Handle) {
    let index = shared.index.get().map(lock);
    if !index.is_some_and(|index| index.has_doomed()) {
        return;
    }
    let (shared, handle) = (shared.clone(), runtime.clone());
    runtime.spawn_blocking(move || {
        let work = Work {
            shared: &shared,
            runtime: &handle,
        };
        // One at a time, so that others get their turn.
        while work.sweep() {}
        work.flush(&mut work.index());
    });
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

/// What is done on a thread for blocking work.
struct Work<'a, M> {
    shared: &'a Shared<M>,
    runtime: &'a Handle,
}

impl<M: CacheManager> Work<'_, M> {
    fn get(&self, key: &Fingerprint) -> Option<Arc<Variants>> {
        if !self.index().touch(key) {
            return None;
        }
        let bytes = self.read(&answer_name(key))?;
        record::decode(key, bytes).map(Arc::new)
    }

    fn put(&self, key: &Key, variants: Arc<Variants>) {
        let scope = Fingerprint::of_scope(key.scope());
        let key = Fingerprint::of_key(key);
        let share = self.shared.limit / SHARE;
        let fits = |variants: &Variants| variants.weigh() as u64 <= share;
        let Some(variants) = fitting(variants, fits) else {
            return self.remove(&key);
        };
        let bytes = record::encode(&key, &variants);
        let mut index = self.index();
        index.insert(key, scope, bytes.len() as u64 + FRAME);
        // The index first: what it names and isn't there is a miss, what is there without a name would stay for ever.
        self.flush(&mut index);
        self.write(answer_name(&key), bytes);
    }

    fn remove(&self, key: &Fingerprint) {
        let mut index = self.index();
        if index.remove(key) {
            self.delete(&answer_name(key));
            self.flush(&mut index);
        }
    }

    fn doom(&self, scope: Option<Fingerprint>) {
        let mut index = self.index();
        index.doom_all(scope);
        self.flush(&mut index);
        drop(index);
        // A manager may write later; what it deletes it deletes at once, and with it writes what came before.
        self.sweep();
    }

    /// Deletes one that is doomed. Says whether there was any.
    fn sweep(&self) -> bool {
        let mut index = self.index();
        let Some(key) = index.next_doomed() else {
            return false;
        };
        self.delete(&answer_name(&key));
        true
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        lock(self.shared.index.get_or_init(|| Mutex::new(self.load())))
    }

    fn load(&self) -> Index {
        let mut index = Index::new(self.shared.limit);
        for page in 0..PAGES {
            if let Some(bytes) = self.read(&page_name(page)) {
                index.read(page, bytes);
            }
        }
        index
    }

    fn flush(&self, index: &mut Index) {
        for (page, bytes) in index.take_dirty() {
            self.write(page_name(page), bytes);
        }
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let found = self.wait(self.shared.manager.get(name)).ok()??;
        Some(found.0.body)
    }

    fn write(&self, name: String, bytes: Vec<u8>) {
        if let Some((response, policy)) = envelope(bytes) {
            // What isn't written isn't found.
            let _ = self.wait(self.shared.manager.put(name, response, policy));
        }
    }

    fn delete(&self, name: &str) {
        // What isn't deleted isn't named by the index any more.
        let _ = self.wait(self.shared.manager.delete(name));
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// What a manager takes: an answer whose body is ours, and a policy that nobody asks.
fn envelope(bytes: Vec<u8>) -> Option<(HttpResponse, CachePolicy)> {
    let response = HttpResponse {
        body: bytes,
        headers: HttpHeaders::new(),
        status: 200,
        url: Url::parse("private-cache:").ok()?,
        version: HttpVersion::Http11,
        metadata: None,
    };
    let policy = CachePolicy::new(&http::Request::new(()), &http::Response::new(()));
    Some((response, policy))
}

fn answer_name(key: &Fingerprint) -> String {
    format!("private-cache answer {key}")
}

fn page_name(page: u8) -> String {
    format!("private-cache index {page}")
}

/// A thread that panicked with it left rows behind at worst that name nothing.
fn lock(index: &Mutex<Index>) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<M> Clone for ManagerStore<M> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
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

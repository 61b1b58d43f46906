//! What a store does, on a thread for blocking work.

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use http_cache::{CacheManager, HttpHeaders, HttpResponse, HttpVersion};
use http_cache_semantics::CachePolicy;
use tokio::runtime::Handle;
use url::Url;

use super::fingerprint::Fingerprint;
use super::index::{Index, PAGES};
use super::record;
use crate::share::{SHARE, fitting};
use crate::{Key, Variants};

/// What an answer takes in a manager beside itself.
const FRAME: u64 = 256;

/// What the clones of a store share.
pub(super) struct Shared<M> {
    manager: M,
    pub(super) limit: u64,
    /// Read at first use. Only threads for blocking work take it, and hold it while they write.
    index: OnceLock<Mutex<Index>>,
    /// Whether somebody deletes what is doomed.
    pub(super) is_sweeping: AtomicBool,
}

impl<M> Shared<M> {
    pub(super) fn new(manager: M, limit: u64) -> Self {
        Self {
            manager,
            limit,
            index: OnceLock::new(),
            is_sweeping: AtomicBool::new(false),
        }
    }

    /// Whether there is something to delete, as far as anyone has looked.
    pub(super) fn has_doomed(&self) -> bool {
        let index = self.index.get().map(lock);
        index.is_some_and(|index| index.has_doomed())
    }
}

/// What is done on a thread for blocking work.
pub(super) struct Work<'a, M> {
    pub(super) shared: &'a Shared<M>,
    pub(super) runtime: &'a Handle,
}

impl<M: CacheManager> Work<'_, M> {
    pub(super) fn get(&self, key: &Fingerprint) -> Option<Arc<Variants>> {
        if !self.index().touch(key) {
            return None;
        }
        let bytes = self.read(&answer_name(key))?;
        record::decode(key, bytes).map(Arc::new)
    }

    pub(super) fn put(&self, key: &Key, variants: Arc<Variants>) {
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
        if !self.write(answer_name(&key), bytes) {
            // The former one may still be there.
            index.doom(&key);
            self.flush(&mut index);
        }
    }

    pub(super) fn remove(&self, key: &Fingerprint) {
        let mut index = self.index();
        if index.remove(key) {
            self.delete(&answer_name(key));
            self.flush(&mut index);
        }
    }

    pub(super) fn doom(&self, scope: Option<Fingerprint>) {
        let mut index = self.index();
        index.doom_all(scope);
        self.flush(&mut index);
        drop(index);
        // A manager may write later; what it deletes it deletes at once, and with it writes what came before.
        self.sweep();
    }

    /// Deletes one that is doomed. Says whether there was any.
    pub(super) fn sweep(&self) -> bool {
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

    /// Writes down what is held by now.
    pub(super) fn save(&self) {
        self.flush(&mut self.index());
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

    /// Says whether it is written.
    fn write(&self, name: String, bytes: Vec<u8>) -> bool {
        envelope(bytes).is_some_and(|(response, policy)| {
            let put = self.shared.manager.put(name, response, policy);
            self.wait(put).is_ok()
        })
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

//! A store in memory.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::share::{SHARE, fitting};
use crate::{Key, Scope, Store, Variants};

/// What it holds unless told otherwise, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;
/// What a key takes beside its text, and its place in the table.
const FRAME: usize = 256;

/// A [`Store`] in memory: the answers that were used last, up to a number of bytes.
///
/// Answers are kept as they are and shared by the calls that they answer, without copying or encoding. They end with the
/// program. Clones share what is kept.
#[derive(Clone)]
pub struct MemoryStore {
    kept: Cache<Key, Arc<Variants>>,
    limit: u64,
}

impl MemoryStore {
    /// A store of 64 MiB.
    pub fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    /// A store of so many bytes. Headers, keys and what holds them together count; beyond the limit, what wasn't used for the
    /// longest time goes first.
    ///
    /// What is stored under one key takes an eighth of it at most: of more variants the latest are kept, and a larger answer
    /// isn't stored.
    pub fn with_limit(bytes: u64) -> Self {
        let kept = Cache::builder()
            .max_capacity(bytes)
            .weigher(|key, variants: &Arc<Variants>| weigh(key, variants))
            // The other policy weighs how often a newcomer was asked for, and so refuses it in a full cache.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { kept, limit: bytes }
    }
}

/// The weight in bytes. moka counts in 32 bits: what is larger is larger than any share that could hold it.
fn weigh(key: &Key, variants: &Variants) -> u32 {
    let bytes = FRAME + key.resource().len() + variants.weigh();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Store for MemoryStore {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        self.kept.get(key)
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        let share = self.limit / SHARE;
        let fits = |variants: &Variants| u64::from(weigh(&key, variants)) <= share;
        match fitting(variants, fits) {
            Some(variants) => self.kept.insert(key, variants),
            None => self.kept.invalidate(&key),
        }
        // moka would evict later. So the limit holds at any time.
        self.kept.run_pending_tasks();
    }

    async fn remove(&self, key: &Key) {
        self.kept.invalidate(key);
    }

    async fn forget(&self, scope: &Scope) {
        // A look at each key, at a logout. moka's own way would have each read look at a list of what is forgotten.
        for (key, _) in &self.kept {
            if key.scope() == scope {
                self.kept.invalidate(&*key);
            }
        }
        self.kept.run_pending_tasks();
    }

    async fn clear(&self) {
        self.kept.invalidate_all();
        self.kept.run_pending_tasks();
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("limit", &self.limit)
            .field("bytes", &self.kept.weighted_size())
            .field("keys", &self.kept.entry_count())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
    use request_context::Principal;

    use super::*;
    use crate::{Entry, EntryParts};

    fn scope(name: &'static str) -> Scope {
        Scope::Principal(Principal::new(name))
    }

    fn key(scope: &Scope, path: &str) -> Key {
        let url = format!("https://api.test/{path}");
        Key::of_url(scope.clone(), &url.parse().unwrap())
    }

    fn entry(bytes: usize) -> Arc<Entry> {
        Arc::new(Entry::from(EntryParts {
            url: "https://api.test/".parse().unwrap(),
            status: StatusCode::OK,
            version: Version::HTTP_11,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![7; bytes]),
            varied: Vec::new(),
            request_time: SystemTime::UNIX_EPOCH,
            response_time: SystemTime::UNIX_EPOCH,
            fresh_for: None,
        }))
    }

    fn one(bytes: usize) -> Arc<Variants> {
        Arc::new(Variants::new(vec![entry(bytes)]))
    }

    #[tokio::test]
    async fn a_get_shares_what_was_put() {
        let store = MemoryStore::new();
        let key = key(&Scope::Anonymous, "a");
        assert!(store.get(&key).await.is_none());
        let variants = one(1024);
        store.put(key.clone(), variants.clone()).await;
        let found = store.clone().get(&key).await.unwrap();
        assert!(Arc::ptr_eq(&found, &variants));
        store.remove(&key).await;
        assert!(store.get(&key).await.is_none());
    }

    #[tokio::test]
    async fn a_full_store_takes_a_newcomer_and_drops_what_was_not_used_for_longest() {
        let store = MemoryStore::with_limit(100_000);
        let key = |n: usize| key(&Scope::Anonymous, &n.to_string());
        // Each takes a bit more than 10,000 bytes: nine fit.
        for n in 0..9 {
            store.put(key(n), one(10_000)).await;
        }
        assert!(store.get(&key(0)).await.is_some());
        store.put(key(9), one(10_000)).await;
        let mut kept = Vec::new();
        for n in 0..10 {
            if store.get(&key(n)).await.is_some() {
                kept.push(n);
            }
        }
        assert_eq!(kept, [0, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(store.kept.weighted_size() <= 100_000);
    }

    #[tokio::test]
    async fn one_key_takes_an_eighth_at_most_and_drops_what_it_had_for_what_is_too_large() {
        let store = MemoryStore::with_limit(80_000);
        let key = key(&Scope::Anonymous, "a");
        store.put(key.clone(), one(9_000)).await;
        assert!(store.get(&key).await.is_some());
        store.put(key.clone(), one(10_000)).await;
        assert!(store.get(&key).await.is_none());

        // Of three variants of 4,000 bytes each, two fit.
        let variants = vec![entry(4_000), entry(4_000), entry(4_000)];
        let latest = variants[0].clone();
        store
            .put(key.clone(), Arc::new(Variants::new(variants)))
            .await;
        let found = store.get(&key).await.unwrap();
        assert_eq!(found.entries().len(), 2);
        assert!(Arc::ptr_eq(&found.entries()[0], &latest));
    }

    #[tokio::test]
    async fn headers_and_urls_count() {
        let mut parts = entry(0).parts().clone();
        let large = HeaderValue::from_str(&"x".repeat(20_000)).unwrap();
        parts.headers.insert(header::LINK, large);
        let variants = Arc::new(Variants::new(vec![Arc::new(parts.into())]));
        let store = MemoryStore::with_limit(80_000);
        let short = key(&Scope::Anonymous, "a");
        store.put(short.clone(), variants).await;
        assert!(store.get(&short).await.is_none());

        let long = key(&Scope::Anonymous, &"a".repeat(20_000));
        store.put(long.clone(), one(0)).await;
        assert!(store.get(&long).await.is_none());
    }

    #[tokio::test]
    async fn forget_drops_what_one_principal_has_and_nothing_else() {
        let store = MemoryStore::new();
        let scopes = [scope("ada"), scope("bob"), Scope::Anonymous];
        for scope in &scopes {
            for n in 0..100 {
                store.put(key(scope, &n.to_string()), one(10)).await;
            }
        }
        store.forget(&scope("ada")).await;
        for (scope, kept) in scopes.iter().zip([false, true, true]) {
            for n in 0..100 {
                let found = store.get(&key(scope, &n.to_string())).await;
                assert_eq!(found.is_some(), kept, "{scope:?}");
            }
        }
        assert_eq!(store.kept.entry_count(), 200);
        store.clear().await;
        assert!(store.get(&key(&scopes[1], "1")).await.is_none());
        assert_eq!(store.kept.entry_count(), 0);
    }

    #[tokio::test]
    async fn debug_shows_sizes_and_no_keys() {
        let store = MemoryStore::with_limit(80_000);
        store.put(key(&scope("ada"), "hunter2"), one(10)).await;
        let shown = format!("{store:?}");
        assert!(shown.starts_with("MemoryStore { limit: 80000, bytes: "));
        assert!(shown.ends_with("keys: 1 }"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("ada"));
    }
}

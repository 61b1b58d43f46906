//! A store that takes its time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use private_cache::{Cache, CacheStatus, Key, MemoryStore, Scope, Store, Variants};
use reqwest_middleware::ClientWithMiddleware;
use testkit::ScriptedTransport;
use tokio::time::{Instant, sleep};

use crate::scene::{HERE, client, fresh, get, got, send};

/// Takes a second to keep something.
struct Slow(MemoryStore);

#[async_trait]
impl Store for Slow {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        self.0.get(key).await
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        sleep(Duration::from_secs(1)).await;
        self.0.put(key, variants).await;
    }

    async fn remove(&self, key: &Key) {
        self.0.remove(key).await;
    }

    async fn forget(&self, scope: &Scope) {
        self.0.forget(scope).await;
    }

    async fn clear(&self) {
        self.0.clear().await;
    }
}

fn over_slow_store(transport: &ScriptedTransport) -> ClientWithMiddleware {
    let cache = Cache::new(Slow(MemoryStore::new())).clock(testkit::clock());
    client(&cache, transport)
}

#[tokio::test(start_paused = true)]
async fn who_has_read_an_answer_finds_it_stored() {
    let transport = ScriptedTransport::new().reply(fresh("first"));
    let client = over_slow_store(&transport);
    let begun = Instant::now();
    assert_eq!(get(&client).await, got(200, CacheStatus::Miss, "first"));
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    assert_eq!(get(&client).await, got(200, CacheStatus::Hit, "first"));
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn the_last_piece_does_not_wait_for_the_store_and_who_leaves_after_it_does_not_stop_it() {
    let transport = ScriptedTransport::new()
        .reply(fresh("first"))
        .reply(fresh("second"));
    let client = over_slow_store(&transport);
    let begun = Instant::now();
    let mut response = send(&client, Method::GET, HERE).await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");
    assert_eq!(begun.elapsed(), Duration::ZERO);
    drop(response);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(get(&client).await, got(200, CacheStatus::Hit, "first"));
    transport.assert_count(1);
}

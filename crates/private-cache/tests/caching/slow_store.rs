//! A store that takes its time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use private_cache::{Cache, CacheStatus, Key, MemoryStore, Scope, Store, Variants};
use reqwest::{Request, Response};
use reqwest_middleware::ClientWithMiddleware;
use testkit::ScriptedTransport;
use tokio::time::{Instant, sleep, timeout};

use crate::gated_store::GatedStore;
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

/// A call with a deadline, and a store that doesn't answer by then.
async fn ask(
    client: &ClientWithMiddleware,
    method: Method,
    seconds: u64,
) -> reqwest_middleware::Result<Response> {
    let mut extensions = http::Extensions::new();
    let call = request_context::Call::of(&mut extensions);
    call.set_deadline(Instant::now() + Duration::from_secs(seconds));
    let request = Request::new(method, HERE.parse().unwrap());
    let answer = client.execute_with_extensions(request, &mut extensions);
    // By the paused clock: a call that waits for ever fails at once.
    timeout(Duration::from_secs(600), answer)
        .await
        .expect("the deadline is over")
}

fn over_gated(transport: &ScriptedTransport) -> (GatedStore, ClientWithMiddleware) {
    let store = GatedStore::new();
    let cache = Cache::new(store.clone()).clock(testkit::clock());
    (store, client(&cache, transport))
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_look_is_waited_for_no_longer_than_the_deadline() {
    let transport = ScriptedTransport::new().reply(fresh("first"));
    let (store, client) = over_gated(&transport);
    get(&client).await;
    store.found.close();
    let begun = Instant::now();
    let error = ask(&client, Method::GET, 5).await.unwrap_err();
    let reqwest_middleware::Error::Middleware(error) = error else {
        panic!("{error:?}");
    };
    assert!(
        error
            .downcast_ref::<request_context::DeadlineExceeded>()
            .is_some()
    );
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_keep_is_waited_for_no_longer_than_the_deadline_and_goes_on() {
    let transport = ScriptedTransport::new()
        .reply(fresh("first"))
        .reply(crate::scene::not_modified())
        .reply(testkit::Reply::status(204));
    let (store, client) = over_gated(&transport);
    store.putting.close();
    let begun = Instant::now();
    let first = ask(&client, Method::GET, 5).await.unwrap();
    assert_eq!(
        timeout(Duration::from_secs(600), first.text())
            .await
            .unwrap()
            .unwrap(),
        "first"
    );
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    store.putting.open();
    tokio::task::yield_now().await;
    assert_eq!(get(&client).await, got(200, CacheStatus::Hit, "first"));

    sleep(Duration::from_secs(61)).await;
    store.putting.close();
    let begun = Instant::now();
    let confirmed = ask(&client, Method::GET, 5).await.unwrap();
    assert_eq!(CacheStatus::of(&confirmed), CacheStatus::Revalidated);
    assert_eq!(begun.elapsed(), Duration::from_secs(5));

    store.removing.close();
    let begun = Instant::now();
    assert_eq!(ask(&client, Method::PUT, 5).await.unwrap().status(), 204);
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

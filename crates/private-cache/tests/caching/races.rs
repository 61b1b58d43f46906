//! What happens while the store is busy.

use http::Method;
use private_cache::CacheStatus::{Hit, Miss, Revalidated};
use private_cache::{Cache, CacheMode};
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Gate, Reply, ScriptedTransport};
use tokio::task::JoinHandle;

use crate::gated_store::GatedStore;
use crate::scene::{
    Got, HERE, cached, client, fresh, get, get_in, get_with, got, not_modified, pass, send,
};

fn gated() -> (GatedStore, Cache) {
    let store = GatedStore::new();
    let cache = Cache::new(store.clone()).clock(testkit::clock());
    (store, cache)
}

fn spawn_get(client: &ClientWithMiddleware) -> JoinHandle<Got> {
    let client = client.clone();
    tokio::spawn(async move { get(&client).await })
}

/// The store has found it, and the caller doesn't know yet.
#[tokio::test(start_paused = true)]
async fn what_is_forgotten_after_it_was_found_is_not_stored_again_by_its_confirmation() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(not_modified())
        .otherwise(fresh("new"));
    let (store, cache) = gated();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(61).await;
    store.found.close();
    let early = spawn_get(&client);
    store.found.wait_for(1).await;
    cache.clear().await;
    store.found.open();
    assert_eq!(early.await.unwrap(), got(200, Revalidated, "old"));
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_after_it_was_found_does_not_stand_in() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(Reply::status(503));
    let (store, cache) = gated();
    let cache = cache.serve_stale_on_error(std::time::Duration::from_secs(600));
    let client = client(&cache, &transport);
    get(&client).await;
    pass(61).await;
    store.found.close();
    let early = spawn_get(&client);
    store.found.wait_for(1).await;
    cache.clear().await;
    store.found.open();
    assert_eq!(early.await.unwrap().0, 503);
}

/// One variant is dropped while all are forgotten: the others don't come back.
#[tokio::test(start_paused = true)]
async fn what_is_forgotten_while_a_variant_is_dropped_does_not_come_back() {
    let varied = |body| fresh(body).header("vary", "foo");
    let transport = ScriptedTransport::new()
        .reply(varied("one"))
        .reply(varied("two"))
        .reply(cached("no-store", "three").header("vary", "foo"))
        .otherwise(varied("new"));
    let (store, cache) = gated();
    let client = client(&cache, &transport);
    get_with(&client, "foo", "1").await;
    get_with(&client, "foo", "2").await;
    store.putting.close();
    let dropping = tokio::spawn({
        let client = client.clone();
        async move {
            let request = client.get(HERE).header("foo", "1");
            let request = request.with_extension(CacheMode::reload());
            crate::scene::read(request.send().await.unwrap()).await
        }
    });
    store.putting.wait_for(1).await;
    cache.clear().await;
    store.putting.open();
    assert_eq!(dropping.await.unwrap(), got(200, Miss, "three"));
    assert_eq!(
        get_with(&client, "foo", "2").await,
        got(200, Miss, "new"),
        "it was forgotten"
    );
}

/// The caller leaves while its confirmation is on its way into the store, and then all is forgotten.
#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_does_not_leave_what_was_forgotten() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(not_modified())
        .otherwise(fresh("new"));
    let (store, cache) = gated();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(61).await;
    store.putting.close();
    store.put.close();
    let leaver = spawn_get(&client);
    store.putting.wait_for(1).await;
    cache.clear().await;
    store.putting.open();
    store.put.wait_for(1).await;
    leaver.abort();
    assert!(leaver.await.unwrap_err().is_cancelled());
    store.put.open();
    tokio::task::yield_now().await;
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_does_not_stop_what_its_change_has_touched() {
    let other = "https://a.test/y";
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(Reply::status(201).header("location", "/x"))
        .otherwise(fresh("new"));
    let (store, cache) = gated();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(1).await;
    store.removing.close();
    let leaver = tokio::spawn({
        let client = client.clone();
        async move { send(&client, Method::POST, other).await }
    });
    store.removing.wait_for(1).await;
    leaver.abort();
    assert!(leaver.await.unwrap_err().is_cancelled());
    store.removing.open();
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_does_not_take_the_place_of_one_that_was_asked_for_after_it() {
    for late in [not_modified(), fresh("late")] {
        let gate = Gate::new();
        let transport = ScriptedTransport::new()
            .reply(fresh("old"))
            .reply(late.after_gate(&gate))
            .reply(fresh("new"));
        let (_, cache) = gated();
        let client = client(&cache, &transport);
        get(&client).await;
        pass(61).await;
        let early = spawn_get(&client);
        gate.wait_for(1).await;
        pass(1).await;
        let reload = get_in(&client, CacheMode::reload()).await;
        assert_eq!(reload, got(200, Miss, "new"));
        gate.open();
        early.await.unwrap();
        assert_eq!(get(&client).await, got(200, Hit, "new"));
    }
}

/// A clock that was set back has left an answer from what is now the future.
#[tokio::test(start_paused = true)]
async fn an_answer_from_the_future_gives_way() {
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(1_000_000));
    let shown = clock.clone();
    let (_, cache) = gated();
    let cache = cache.clock(move || {
        let seconds = shown.load(std::sync::atomic::Ordering::Relaxed);
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
    });
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(fresh("new"));
    let client = client(&cache, &transport);
    get(&client).await;
    clock.store(500_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(get(&client).await, got(200, Miss, "new"));
    assert_eq!(get(&client).await, got(200, Hit, "new"));
}

//! A stale answer is served while the origin is asked (RFC 5861 §3).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::{Extensions, Method};
use private_cache::CacheStatus::{Hit, Miss, Revalidated, Stale};
use private_cache::{Cache, Principal};
use request_context::{Call, Instant};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use testkit::{Answer, Gate, Reply, ScriptedTransport};

use crate::scene::{
    HERE, cache, cached, client, get, get_with, got, not_modified, pass, read, send,
};

const WHILE: &str = "max-age=60, stale-while-revalidate=30";

fn with_background(transport: &ScriptedTransport) -> (Cache, ClientWithMiddleware) {
    let cache = cache().revalidate_with(transport.client());
    let client = client(&cache, transport);
    (cache, client)
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_served_while_the_origin_is_asked() {
    let gate = Gate::new();
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(cached(WHILE, "new").after_gate(&gate));
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    for _ in 0..3 {
        assert_eq!(get(&client).await, got(200, Stale, "old"));
    }
    gate.wait_for(1).await;
    transport.assert_count(2);
    assert_eq!(
        transport.last().unwrap().header("if-none-match"),
        Some("\"old\"")
    );
    gate.open();
    cache.settled().await;
    assert_eq!(get(&client).await, got(200, Hit, "new"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_in_the_background_makes_it_fresh_again() {
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(not_modified());
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    assert_eq!(get(&client).await, got(200, Stale, "old"));
    cache.settled().await;
    assert_eq!(get(&client).await, got(200, Hit, "old"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn without_a_client_for_it_or_too_late_the_origin_is_asked_first() {
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(not_modified());
    let alone = client(&cache(), &transport);
    get(&alone).await;
    pass(70).await;
    assert_eq!(get(&alone).await, got(200, Revalidated, "old"));

    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(not_modified());
    let (_, client) = with_background(&transport);
    get(&client).await;
    pass(91).await;
    assert_eq!(get(&client).await, got(200, Revalidated, "old"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_the_background_leaves_what_is_there_and_the_next_one_tries_again() {
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(503))
        .reply(cached(WHILE, "").chunk("new").then_break_off())
        .reply(cached(WHILE, "").chunk("ne").chunk("w"));
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    for sent in 2..=5 {
        assert_eq!(get(&client).await, got(200, Stale, "old"));
        cache.settled().await;
        transport.assert_count(sent);
    }
    assert_eq!(get(&client).await, got(200, Hit, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_does_not_stop_it() {
    let gate = Gate::new();
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(cached(WHILE, "new").after_gate(&gate));
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    drop(client.get(HERE).send().await.unwrap());
    gate.wait_for(1).await;
    gate.open();
    cache.settled().await;
    assert_eq!(get(&client).await, got(200, Hit, "new"));
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_given_up() {
    let transport = ScriptedTransport::new().reply(cached(WHILE, "old")).hang();
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    get(&client).await;
    let begun = Instant::now();
    cache.settled().await;
    assert_eq!(begun.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_are_asked_for_at_a_time() {
    let transport = ScriptedTransport::new().otherwise(cached(WHILE, "x"));
    let cache = cache()
        .revalidate_with(ScriptedTransport::new().hang().client())
        .max_revalidations(1);
    let client = client(&cache, &transport);
    let other = "https://a.test/y";
    get(&client).await;
    read(send(&client, Method::GET, other).await.unwrap()).await;
    pass(70).await;
    assert_eq!(get(&client).await.1, Stale);
    let response = send(&client, Method::GET, other).await.unwrap();
    assert_eq!(read(response).await.1, Miss, "the origin was asked first");
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn what_the_background_brings_is_not_stored_after_a_clear() {
    let gate = Gate::new();
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(cached(WHILE, "late").after_gate(&gate))
        .reply(cached(WHILE, "new"));
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    get(&client).await;
    gate.wait_for(1).await;
    cache.clear().await;
    gate.open();
    cache.settled().await;
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_part_is_served_and_the_whole_asked_for() {
    let transport = ScriptedTransport::new()
        .reply(cached(WHILE, "old"))
        .reply(cached(WHILE, "new"));
    let (cache, client) = with_background(&transport);
    get(&client).await;
    pass(70).await;
    assert_eq!(
        get_with(&client, "range", "bytes=0-0").await,
        got(206, Stale, "o")
    );
    cache.settled().await;
    assert_eq!(transport.last().unwrap().header("range"), None);
    assert_eq!(get(&client).await, got(200, Hit, "new"));
}

/// A layer below the cache that notes what it sees of each call.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Sight>>>);

/// The principal, whether the extension is there, whether there is a deadline.
type Sight = (Option<Principal>, bool, bool);

#[derive(Clone)]
struct Tenant;

#[async_trait]
impl Middleware for Seen {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let has_tenant = extensions.get::<Tenant>().is_some();
        let call = Call::of(extensions);
        let principal = call.principal();
        call.set_sent_principal(principal.clone());
        self.0
            .lock()
            .unwrap()
            .push((principal, has_tenant, call.deadline().is_some()));
        next.run(request, extensions).await
    }
}

/// A layer above the cache, which says who calls.
struct Rim;

#[async_trait]
impl Middleware for Rim {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        Call::of(extensions).set_principal(Some(Principal::new("ada")));
        next.run(request, extensions).await
    }
}

#[tokio::test(start_paused = true)]
async fn the_layers_below_see_the_same_principal_and_extensions_in_a_call_of_its_own() {
    let transport = ScriptedTransport::new().otherwise(cached(WHILE, "x"));
    let seen = Seen::default();
    let below = transport.client_with(|chain| chain.with(seen.clone()));
    let cache = cache().revalidate_with(below);
    let client =
        transport.client_with(|chain| chain.with(Rim).with(cache.clone()).with(seen.clone()));
    let tenants = || client.get(HERE).with_extension(Tenant).send();
    read(tenants().await.unwrap()).await;
    pass(70).await;
    assert_eq!(read(tenants().await.unwrap()).await.1, Stale);
    cache.settled().await;
    assert_eq!(read(tenants().await.unwrap()).await.1, Hit);
    let ada = || Some(Principal::new("ada"));
    assert_eq!(
        *seen.0.lock().unwrap(),
        [(ada(), true, false), (ada(), true, true)]
    );
}

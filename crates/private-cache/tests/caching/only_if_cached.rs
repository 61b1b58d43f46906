//! Who wants only what is stored.

use private_cache::CacheMode;
use private_cache::CacheStatus::{Bypassed, Stale};
use testkit::ScriptedTransport;

use crate::scene::{HERE, cache, cached, client, fresh, get, get_with, got, over, pass, read};

/// Neither word takes the other back: nothing stored will do, and the origin must not be asked.
#[tokio::test(start_paused = true)]
async fn who_wants_only_what_is_stored_and_nothing_stored_gets_a_504() {
    let transport = ScriptedTransport::new().reply(fresh("one"));
    let client = over(&transport);
    get(&client).await;
    let both = get_with(&client, "cache-control", "no-store, only-if-cached").await;
    assert_eq!(both, got(504, Bypassed, ""));
    let mode = CacheMode::only_if_cached();
    let request = client.get(HERE).header("cache-control", "no-store");
    let both = request.with_extension(mode).send().await.unwrap();
    assert_eq!(read(both).await, got(504, Bypassed, ""));
    transport.assert_count(1);
}

/// RFC 9111 §5.2.1.7: the caller wants nothing sent, and a stale answer will do.
#[tokio::test(start_paused = true)]
async fn who_wants_only_what_is_stored_has_nothing_asked_for_in_the_background() {
    let transport =
        ScriptedTransport::new().otherwise(cached("max-age=60, stale-while-revalidate=30", "old"));
    let cache = cache().revalidate_with(transport.client());
    let client = client(&cache, &transport);
    get(&client).await;
    pass(70).await;
    let stored = get_with(&client, "cache-control", "only-if-cached").await;
    assert_eq!(stored, got(200, Stale, "old"));
    cache.settled().await;
    transport.assert_count(1);
}

//! What a stored answer is used for.

use std::time::Duration;

use private_cache::CacheStatus::{Bypassed, Hit, Miss, Stale};
use private_cache::{Cache, CacheMode};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{
    HERE, cache, cached, client, date_after, fresh, get, get_in, get_with, got, over, pass, read,
};

#[tokio::test(start_paused = true)]
async fn a_fresh_answer_is_used_again_without_a_request() {
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(fresh("two"));
    let client = over(&transport);
    assert_eq!(get(&client).await, got(200, Miss, "one"));
    pass(59).await;
    assert_eq!(get(&client).await, got(200, Hit, "one"));
    transport.assert_count(1);
    pass(1).await;
    assert_eq!(get(&client).await, got(200, Miss, "two"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_the_answer_that_was_stored_with_its_age() {
    let stored = fresh("one")
        .header("date", date_after(-2))
        .header("age", "5")
        .header("x-many", "1")
        .header("x-many", "2")
        .header("set-cookie", "session=hunter2");
    let transport = ScriptedTransport::new().reply(stored);
    let client = over(&transport);
    let first = client.get(HERE).send().await.unwrap();
    assert_eq!(first.headers()["set-cookie"], "session=hunter2");
    first.bytes().await.unwrap();
    pass(10).await;

    let hit = client.get("https://a.test/x#part").send().await.unwrap();
    assert_eq!(hit.url().as_str(), "https://a.test/x#part");
    assert_eq!(hit.headers()["age"], "15");
    assert_eq!(hit.headers()["date"], date_after(-2));
    assert_eq!(hit.headers().get_all("x-many").iter().count(), 2);
    assert!(!hit.headers().contains_key("set-cookie"));
    assert_eq!(hit.content_length(), Some(3));
    assert_eq!(hit.text().await.unwrap(), "one");
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn hits_share_the_bytes_of_one_body() {
    let transport = ScriptedTransport::new().reply(fresh("one"));
    let client = over(&transport);
    get(&client).await;
    let first = client
        .get(HERE)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let second = client
        .get(HERE)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(first.as_ptr(), second.as_ptr());
}

#[tokio::test(start_paused = true)]
async fn each_variant_has_an_answer_of_its_own() {
    let varied = |body| fresh(body).header("vary", "accept-language");
    let transport = ScriptedTransport::new()
        .reply(varied("english"))
        .reply(varied("deutsch"))
        .reply(varied("none"));
    let client = over(&transport);
    assert_eq!(
        get_with(&client, "accept-language", "en").await,
        got(200, Miss, "english")
    );
    assert_eq!(
        get_with(&client, "accept-language", "de").await,
        got(200, Miss, "deutsch")
    );
    assert_eq!(get(&client).await, got(200, Miss, "none"));
    assert_eq!(
        get_with(&client, "accept-language", "en").await,
        got(200, Hit, "english")
    );
    assert_eq!(
        get_with(&client, "accept-language", "DE").await,
        got(200, Hit, "deutsch")
    );
    assert_eq!(get(&client).await, got(200, Hit, "none"));
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_of_too_many_variants_goes() {
    let varied = fresh("x").header("vary", "foo");
    let transport = ScriptedTransport::new().otherwise(varied);
    let client = client(&cache().max_variants(2), &transport);
    for foo in ["1", "2", "3"] {
        assert_eq!(get_with(&client, "foo", foo).await.1, Miss);
    }
    assert_eq!(get_with(&client, "foo", "3").await.1, Hit);
    assert_eq!(get_with(&client, "foo", "2").await.1, Hit);
    assert_eq!(get_with(&client, "foo", "1").await.1, Miss);
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_stored_is_asked_for_each_time() {
    for reply in [
        cached("no-store, max-age=60", "x"),
        cached("max-age=60", "x").header("vary", "*"),
        cached("max-age=60", "x").header("content-type", "text/event-stream; charset=utf-8"),
        Reply::status(206)
            .header("cache-control", "max-age=60")
            .header("content-range", "bytes 0-0/9")
            .body("x"),
        Reply::status(403).body("x"),
        Reply::status(200).body("x"),
    ] {
        let transport = ScriptedTransport::new().otherwise(reply.clone());
        let client = over(&transport);
        for _ in 0..2 {
            assert_eq!(get(&client).await.1, Miss, "{reply:?}");
        }
        transport.assert_count(2);
    }
}

#[tokio::test(start_paused = true)]
async fn requests_say_what_they_want() {
    for (wish, from, sent) in [
        ("no-cache", Miss, 2),
        ("max-age=0", Miss, 2),
        ("max-age=30", Hit, 1),
        ("min-fresh=30", Hit, 1),
        ("min-fresh=61", Miss, 2),
        ("only-if-cached", Hit, 1),
    ] {
        let transport = ScriptedTransport::new().otherwise(fresh("x"));
        let client = over(&transport);
        get(&client).await;
        assert_eq!(
            get_with(&client, "cache-control", wish).await.1,
            from,
            "{wish}"
        );
        transport.assert_count(sent);
    }
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let client = over(&transport);
    assert_eq!(
        get_with(&client, "cache-control", "no-store").await.1,
        Bypassed
    );
    assert_eq!(get(&client).await.1, Miss, "it was not stored either");
    assert_eq!(
        get_with(&client, "cache-control", "no-store").await.1,
        Bypassed
    );
    pass(70).await;
    assert_eq!(
        get_with(&client, "cache-control", "max-stale=10").await.1,
        Stale
    );
    assert_eq!(
        get_with(&client, "cache-control", "max-stale=9").await.1,
        Miss
    );
}

#[tokio::test(start_paused = true)]
async fn where_the_origin_must_not_be_asked_the_answer_is_a_504() {
    let transport = ScriptedTransport::new();
    let client = over(&transport);
    assert_eq!(
        get_with(&client, "cache-control", "only-if-cached").await,
        got(504, Miss, "")
    );
    assert_eq!(
        get_in(&client, CacheMode::only_if_cached()).await,
        got(504, Miss, "")
    );
    let answer = client
        .get(HERE)
        .with_extension(CacheMode::only_if_cached())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.url().as_str(), HERE);
    transport.assert_count(0);

    transport.push(fresh("x"));
    get(&client).await;
    pass(99).await;
    assert_eq!(
        get_with(&client, "cache-control", "only-if-cached").await,
        got(504, Miss, "")
    );
    assert_eq!(
        get_in(&client, CacheMode::only_if_cached()).await,
        got(200, Stale, "x")
    );
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_mode_goes_before_what_headers_say() {
    let transport = ScriptedTransport::new().otherwise(cached("max-age=60, must-revalidate", "x"));
    let client = over(&transport);
    assert_eq!(get_in(&client, CacheMode::no_store()).await.1, Bypassed);
    assert_eq!(get_in(&client, CacheMode::new()).await.1, Miss);
    assert_eq!(get_in(&client, CacheMode::new()).await.1, Hit);
    transport.assert_count(2);

    assert_eq!(get_in(&client, CacheMode::reload()).await.1, Miss);
    let sent = transport.last().unwrap();
    assert_eq!(sent.header("cache-control"), Some("no-cache"));
    assert_eq!(sent.header("if-none-match"), None);

    assert_eq!(get_in(&client, CacheMode::no_cache()).await.1, Miss);
    let sent = transport.last().unwrap();
    assert_eq!(sent.header("cache-control"), Some("max-age=0"));
    assert_eq!(sent.header("if-none-match"), Some("\"x\""));

    pass(70).await;
    assert_eq!(get_in(&client, CacheMode::force_cache()).await.1, Stale);
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn an_api_that_says_nothing_is_cached_by_the_callers_word() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200).body("x"));
    let client = over(&transport);
    let minute = || CacheMode::new().fresh_for(Duration::from_secs(60));
    assert_eq!(get_in(&client, minute()).await.1, Miss);
    assert_eq!(get(&client).await.1, Hit);
    pass(60).await;
    assert_eq!(get_in(&client, minute()).await.1, Miss);
    transport.assert_count(2);

    let transport = ScriptedTransport::new().otherwise(cached("no-store", "x"));
    let client = over(&transport);
    for _ in 0..2 {
        assert_eq!(get_in(&client, minute()).await.1, Miss);
    }
}

#[tokio::test(start_paused = true)]
async fn urls_can_share_a_name() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let client = over(&transport);
    let named = |query: &str| {
        client
            .get(format!("{HERE}?{query}"))
            .with_extension(CacheMode::new().key("x"))
    };
    assert_eq!(read(named("session=1").send().await.unwrap()).await.1, Miss);
    assert_eq!(read(named("session=2").send().await.unwrap()).await.1, Hit);
    assert_eq!(get(&client).await.1, Miss, "the URL itself is another key");
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_status_header_tells_what_became_of_each_request() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let client = client(&cache().status_header(true), &transport);
    let mut told = Vec::new();
    for (method, mode) in [
        ("GET", CacheMode::new()),
        ("GET", CacheMode::new()),
        ("GET", CacheMode::no_store()),
        ("OPTIONS", CacheMode::new()),
        ("POST", CacheMode::new()),
    ] {
        let request = client
            .request(method.parse().unwrap(), HERE)
            .with_extension(mode);
        let response = request.send().await.unwrap();
        told.push(
            response.headers()["cache-status"]
                .to_str()
                .unwrap()
                .to_owned(),
        );
        response.bytes().await.unwrap();
    }
    let expected = [
        "private-cache; fwd=miss; fwd-status=200; stored",
        "private-cache; hit; ttl=60",
        "private-cache; fwd=bypass; fwd-status=200",
        "private-cache; fwd=bypass; fwd-status=200",
        "private-cache; fwd=method; fwd-status=200",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_may_not_be_stored_drops_what_was() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .reply(cached("no-store", "secret"))
        .reply(fresh("new"));
    let client = over(&transport);
    get(&client).await;
    assert_eq!(get_in(&client, CacheMode::reload()).await.2, "secret");
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_host_of_the_callers_own_has_answers_of_its_own() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let client = over(&transport);
    for from in [Miss, Hit] {
        assert_eq!(get(&client).await.1, from);
        assert_eq!(get_with(&client, "host", "one.test").await.1, from);
        assert_eq!(get_with(&client, "host", "two.test").await.1, from);
    }
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn clones_of_a_cache_share_what_is_stored() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let cache = cache();
    get(&client(&cache, &transport)).await;
    let other = client(&cache.clone().status_header(true), &transport);
    assert_eq!(get(&other).await.1, Hit);
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn debug_shows_nothing_of_what_is_stored() {
    let transport = ScriptedTransport::new().otherwise(fresh("hunter2"));
    let cache: Cache = cache();
    get(&client(&cache, &transport)).await;
    assert!(!format!("{cache:?}").contains("hunter2"));
}

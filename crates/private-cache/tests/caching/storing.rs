//! A body is stored while it is read, whole or not at all.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use private_cache::CacheStatus::{Hit, Miss};
use testkit::{Gate, Reply, ScriptedTransport};

use crate::scene::{HERE, cache, cached, client, fresh, get, got, over, pass};

fn pieces() -> Reply {
    cached("max-age=60", "")
        .chunk("one ")
        .chunk("two ")
        .chunk("three")
}

#[tokio::test(start_paused = true)]
async fn a_body_in_pieces_is_stored_when_the_last_one_was_read() {
    let gate = Gate::new();
    let slow = cached("max-age=60", "")
        .chunk("one ")
        .pause_at(&gate)
        .chunk("two");
    let transport = ScriptedTransport::new()
        .reply(slow)
        .otherwise(fresh("other"));
    let client = over(&transport);
    let mut first = client.get(HERE).send().await.unwrap();
    assert_eq!(
        first.chunk().await.unwrap().unwrap(),
        "one ",
        "it is handed on as it comes"
    );
    assert_eq!(get(&client).await, got(200, Miss, "other"));
    gate.open();
    assert_eq!(first.chunk().await.unwrap().unwrap(), "two");
    assert_eq!(first.chunk().await.unwrap(), None);
    assert_eq!(get(&client).await, got(200, Hit, "one two"), "the latest");
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_not_stored() {
    let transport = ScriptedTransport::new()
        .reply(pieces().then_break_off())
        .otherwise(fresh("x"));
    let client = over(&transport);
    let broken = client.get(HERE).send().await.unwrap();
    assert!(broken.bytes().await.unwrap_err().is_decode());
    assert_eq!(get(&client).await, got(200, Miss, "x"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_shorter_or_longer_than_announced_is_not_stored() {
    for announced in ["10", "20"] {
        for reply in [
            pieces().header("content-length", announced),
            cached("max-age=60", "one two three").header("content-length", announced),
        ] {
            let transport = ScriptedTransport::new().reply(reply).otherwise(fresh("x"));
            let client = over(&transport);
            assert_eq!(get(&client).await.2, "one two three");
            assert_eq!(get(&client).await, got(200, Miss, "x"), "{announced}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_leaves_has_nothing_stored() {
    let transport = ScriptedTransport::new()
        .repeat(2, &pieces())
        .otherwise(fresh("x"));
    let client = over(&transport);
    drop(client.get(HERE).send().await.unwrap());
    let mut stream = client.get(HERE).send().await.unwrap().bytes_stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), "one ");
    drop(stream);
    assert_eq!(get(&client).await, got(200, Miss, "x"));
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_has_nothing_stored() {
    let transport = ScriptedTransport::new().hang().otherwise(fresh("x"));
    let client = over(&transport);
    let call = client.get(HERE).send();
    tokio::time::timeout(Duration::from_secs(1), call)
        .await
        .unwrap_err();
    assert_eq!(transport.abandoned(), 1);
    assert_eq!(get(&client).await, got(200, Miss, "x"));
}

#[tokio::test(start_paused = true)]
async fn a_body_above_the_limit_passes_and_is_not_stored() {
    for reply in [
        cached("max-age=60", "one two three"),
        pieces(),
        pieces().header("content-length", "13"),
    ] {
        let transport = ScriptedTransport::new().repeat(2, &reply);
        let client = client(&cache().body_limit(12), &transport);
        for _ in 0..2 {
            assert_eq!(get(&client).await, got(200, Miss, "one two three"));
        }
        let transport = ScriptedTransport::new().reply(reply);
        let client = crate::scene::client(&cache().body_limit(13), &transport);
        assert_eq!(get(&client).await, got(200, Miss, "one two three"));
        assert_eq!(get(&client).await, got(200, Hit, "one two three"));
    }
}

#[tokio::test(start_paused = true)]
async fn events_pass_as_they_come() {
    let events = cached("max-age=60", "")
        .header("content-type", "Text/Event-Stream;charset=utf-8")
        .chunk("data: 1\n\n")
        .then_stall();
    let transport = ScriptedTransport::new().reply(events);
    let mut response = over(&transport).get(HERE).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "data: 1\n\n");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_body_is_stored_unread() {
    let empty = Reply::status(204).header("cache-control", "max-age=60");
    let transport = ScriptedTransport::new().reply(empty);
    let client = over(&transport);
    drop(client.get(HERE).send().await.unwrap());
    assert_eq!(get(&client).await, got(204, Hit, ""));
}

#[tokio::test(start_paused = true)]
async fn cold_requests_do_not_wait_for_each_other() {
    let gate = Gate::new();
    let reply = cached("no-store", "x").after_gate(&gate);
    let transport = ScriptedTransport::new().repeat(20, &reply);
    let client = Arc::new(over(&transport));
    let calls = (0..20).map(|_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { get(&client).await })
    });
    let calls: Vec<_> = calls.collect();
    gate.wait_for(20).await;
    gate.open();
    for outcome in join_all(calls).await {
        assert_eq!(outcome.unwrap(), got(200, Miss, "x"));
    }
    transport.assert_count(20);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_before_a_clear_is_not_stored_after_it() {
    let gate = Gate::new();
    let slow = cached("max-age=60", "")
        .chunk("old")
        .pause_at(&gate)
        .chunk("!");
    let transport = ScriptedTransport::new().reply(slow).otherwise(fresh("new"));
    let cache = cache();
    let client = client(&cache, &transport);
    let first = client.get(HERE).send().await.unwrap();
    cache.clear().await;
    gate.open();
    assert_eq!(first.text().await.unwrap(), "old!");
    assert_eq!(get(&client).await, got(200, Miss, "new"));
    assert_eq!(get(&client).await, got(200, Hit, "new"));
    cache.clear().await;
    pass(1).await;
    assert_eq!(get(&client).await.1, Miss);
}

#[tokio::test(start_paused = true)]
async fn the_http_version_is_stored_too() {
    let transport = ScriptedTransport::new().reply(fresh("x"));
    let client = over(&transport);
    let miss = client.get(HERE).send().await.unwrap();
    let version = miss.version();
    miss.bytes().await.unwrap();
    let hit = client.get(HERE).send().await.unwrap();
    assert_eq!(hit.version(), version);
}

/// The caller has seen the new answer, so the old one is not what is current.
#[tokio::test(start_paused = true)]
async fn an_answer_that_turns_out_too_long_takes_the_place_of_the_old_all_the_same() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .repeat(2, &pieces());
    let client = client(&cache().body_limit(12), &transport);
    get(&client).await;
    let reload = private_cache::CacheMode::reload();
    let reloaded = crate::scene::get_in(&client, reload).await;
    assert_eq!(reloaded, got(200, Miss, "one two three"));
    assert_eq!(get(&client).await, got(200, Miss, "one two three"));
}

//! What a request that isn't safe leaves in doubt (RFC 9111 §4.4).

use http::Method;
use private_cache::CacheStatus::{Bypassed, Hit, Miss};
use private_cache::{CacheMode, Principal};
use testkit::{Gate, Reply, ScriptedTransport};

use crate::scene::{HERE, cache, cached, client, fresh, get, get_in, got, over, read, send};

const ELSEWHERE: &str = "https://a.test/y";

#[tokio::test(start_paused = true)]
async fn a_change_makes_the_next_request_ask() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "M-SEARCH"] {
        let transport = ScriptedTransport::new()
            .reply(fresh("old"))
            .reply(Reply::status(204))
            .otherwise(fresh("new"));
        let client = over(&transport);
        get(&client).await;
        let change = send(&client, method.parse().unwrap(), HERE).await.unwrap();
        assert_eq!(read(change).await.1, Bypassed);
        assert_eq!(get(&client).await, got(200, Miss, "new"), "{method}");
        assert_eq!(get(&client).await, got(200, Hit, "new"), "{method}");
        transport.assert_count(3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_failed_changes_nothing() {
    for status in [400, 404, 500, 503] {
        let transport = ScriptedTransport::new()
            .reply(fresh("old"))
            .reply(Reply::status(status));
        let client = over(&transport);
        get(&client).await;
        send(&client, Method::POST, HERE).await.unwrap();
        assert_eq!(get(&client).await, got(200, Hit, "old"));
    }
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .then(testkit::Answer::fail_to_connect());
    let client = over(&transport);
    get(&client).await;
    assert!(
        send(&client, Method::POST, HERE)
            .await
            .unwrap_err()
            .is_connect()
    );
    assert_eq!(get(&client).await, got(200, Hit, "old"));
}

#[tokio::test(start_paused = true)]
async fn a_change_touches_what_its_answer_names() {
    for header in ["location", "content-location"] {
        for (named, from) in [
            ("/x", Miss),
            (HERE, Miss),
            ("https://b.test/x", Hit),
            ("/z", Hit),
        ] {
            let transport = ScriptedTransport::new()
                .reply(fresh("old"))
                .reply(Reply::status(201).header(header, named))
                .otherwise(fresh("new"));
            let client = over(&transport);
            get(&client).await;
            send(&client, Method::POST, ELSEWHERE).await.unwrap();
            assert_eq!(get(&client).await.1, from, "{header}: {named}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_safe_method_changes_nothing() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .otherwise(Reply::status(200));
    let client = over(&transport);
    get(&client).await;
    for method in [Method::OPTIONS, Method::TRACE] {
        assert_eq!(
            read(send(&client, method, HERE).await.unwrap()).await.1,
            Bypassed
        );
    }
    assert_eq!(get(&client).await, got(200, Hit, "old"));
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_before_a_change_is_not_stored_after_it() {
    let gate = Gate::new();
    let transport = ScriptedTransport::new()
        .reply(fresh("old").after_gate(&gate))
        .reply(Reply::status(204))
        .otherwise(fresh("new"));
    let client = over(&transport);
    let early = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    gate.wait_for(1).await;
    send(&client, Method::PUT, HERE).await.unwrap();
    gate.open();
    assert_eq!(early.await.unwrap(), got(200, Miss, "old"));
    assert_eq!(get(&client).await, got(200, Miss, "new"));
    assert_eq!(get(&client).await, got(200, Hit, "new"));
}

#[tokio::test(start_paused = true)]
async fn a_handle_invalidates_what_the_program_knows_to_have_changed() {
    let transport = ScriptedTransport::new()
        .reply(fresh("old"))
        .otherwise(fresh("new"));
    let cache = cache();
    let client = client(&cache, &transport);
    get(&client).await;
    cache.invalidate(&ELSEWHERE.parse().unwrap()).await;
    assert_eq!(get(&client).await, got(200, Hit, "old"));
    cache.invalidate(&HERE.parse().unwrap()).await;
    assert_eq!(get(&client).await, got(200, Miss, "new"));
}

/// What is stored under a name can't be found by its URL, and neither can what is another principal's.
#[tokio::test(start_paused = true)]
async fn a_change_reaches_names_and_other_principals_too() {
    #[derive(Clone)]
    struct User(&'static str);

    let transport = ScriptedTransport::new().otherwise(cached("max-age=60, immutable", "x"));
    let cache = cache().principal_from(|_, extensions| {
        let User(name) = *extensions.get()?;
        Some(Principal::new(name))
    });
    let client = client(&cache, &transport);
    let named = || CacheMode::force_cache().key("name");
    let as_user = |name| client.get(HERE).with_extension(User(name)).send();
    get_in(&client, named()).await;
    read(as_user("ada").await.unwrap()).await;
    read(as_user("bob").await.unwrap()).await;
    transport.assert_count(3);
    tokio::time::advance(std::time::Duration::from_micros(1)).await;

    let change = client.put(HERE).with_extension(User("ada"));
    change.send().await.unwrap();
    assert_eq!(get_in(&client, named()).await.1, Miss);
    assert_eq!(read(as_user("ada").await.unwrap()).await.1, Miss);
    assert_eq!(read(as_user("bob").await.unwrap()).await.1, Miss);
    assert_eq!(
        transport.last().unwrap().header("if-none-match"),
        Some("\"x\"")
    );
    assert_eq!(read(as_user("bob").await.unwrap()).await.1, Hit);
}

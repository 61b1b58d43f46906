//! What comes out when the origin fails: each failure, each state of what is stored, each directive.

use std::time::Duration;

use private_cache::CacheStatus::{Hit, Miss, Stale};
use private_cache::{Cache, CacheStatus};
use request_context::{
    Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, SessionEnded,
};
use reqwest_middleware::{Error, Result};
use testkit::{Answer, Reply, ScriptedTransport};

use crate::scene::{HERE, cache, cached, client, get, got, not_modified, pass, read};

#[derive(Debug, thiserror::Error)]
#[error("a layer of the caller's own")]
struct Strange;

type Failure = Box<dyn Fn() -> Answer>;

/// Each way to fail, and whether a stale answer may stand in for it.
fn failures() -> Vec<(&'static str, Failure, bool)> {
    fn reply(status: u16) -> Failure {
        Box::new(move || Reply::status(status).into())
    }
    fn error<E: std::error::Error + Send + Sync + 'static>(
        make: impl Fn() -> E + 'static,
    ) -> Failure {
        Box::new(move || Answer::fail(make()))
    }
    vec![
        ("network down", Box::new(Answer::fail_to_connect), true),
        ("timeout", Box::new(Answer::time_out), true),
        ("headers timeout", error(HeadersTimedOut::new), true),
        ("deadline", error(DeadlineExceeded::new), true),
        ("500", reply(500), true),
        ("502", reply(502), true),
        ("503", reply(503), true),
        ("504", reply(504), true),
        ("501", reply(501), false),
        ("400", reply(400), false),
        ("401", reply(401), false),
        ("403", reply(403), false),
        ("404", reply(404), false),
        ("429", reply(429), false),
        ("session ended", error(SessionEnded::signed_out), false),
        (
            "no credential",
            error(|| CredentialUnavailable::new(Strange)),
            false,
        ),
        ("cancelled", error(Cancelled::new), false),
        ("strange", error(|| Strange), false),
    ]
}

/// What a caller gets: a status and where it came from, or an error.
async fn outcome(
    cache: &Cache,
    transport: &ScriptedTransport,
    wish: &str,
) -> Option<(u16, CacheStatus)> {
    let mut request = client(cache, transport).get(HERE);
    if !wish.is_empty() {
        request = request.header("cache-control", wish);
    }
    let response = request.send().await.ok()?;
    Some((response.status().as_u16(), CacheStatus::of(&response)))
}

fn offline() -> Cache {
    cache().serve_stale_on_error(Duration::from_secs(100))
}

#[tokio::test(start_paused = true)]
async fn a_fresh_answer_knows_of_no_failure() {
    for (name, failure, _) in failures() {
        let transport = ScriptedTransport::new()
            .reply(cached("max-age=60", "x"))
            .then(failure());
        let cache = offline();
        get(&client(&cache, &transport)).await;
        assert_eq!(
            outcome(&cache, &transport, "").await,
            Some((200, Hit)),
            "{name}"
        );
        assert_eq!(transport.answers_left(), 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_a_failure_is_what_it_is() {
    for (name, failure, _) in failures() {
        let transport = ScriptedTransport::new().then(failure());
        let plain = ScriptedTransport::new().then(failure());
        let expected = plain.client().get(HERE).send().await;
        let through = client(&offline(), &transport).get(HERE).send().await;
        assert_eq!(told(&through), told(&expected), "{name}");
    }
}

fn told(outcome: &Result<reqwest::Response>) -> String {
    match outcome {
        Ok(response) => response.status().to_string(),
        Err(error) => error.to_string(),
    }
}

/// The answer, the request, and whether a stale answer then stands in for a failure that allows it, by the client's word and
/// without it.
const DIRECTIVES: [(&str, &str, bool, bool); 13] = [
    ("max-age=60", "", true, false),
    ("max-age=60, stale-if-error=100", "", true, true),
    ("max-age=60, stale-if-error=5", "", true, false),
    ("max-age=60, must-revalidate", "", false, false),
    (
        "max-age=60, must-revalidate, stale-if-error=100",
        "",
        false,
        false,
    ),
    ("no-cache, stale-if-error=100", "", false, false),
    ("max-age=60, immutable", "", true, false),
    ("max-age=60", "stale-if-error=100", true, true),
    ("max-age=60, stale-if-error=100", "no-cache", false, false),
    ("max-age=60, stale-if-error=100", "max-age=0", false, false),
    (
        "max-age=60, stale-if-error=100",
        "min-fresh=5",
        false,
        false,
    ),
    ("max-age=60", "max-age=0, stale-if-error=100", true, true),
    ("max-age=60, stale-if-error=100", "max-stale=5", true, true),
];

#[tokio::test(start_paused = true)]
async fn a_stale_answer_stands_in_only_for_what_failed_on_the_way_and_where_it_may() {
    for (name, failure, allows) in failures() {
        for (answer, wish, by_client, by_itself) in DIRECTIVES {
            for (cache, may) in [(offline(), by_client), (cache(), by_itself)] {
                let transport = ScriptedTransport::new()
                    .reply(cached(answer, "x"))
                    .then(failure());
                get(&client(&cache, &transport)).await;
                pass(70).await;
                let outcome = outcome(&cache, &transport, wish).await;
                let about = format!("{name}: {answer} / {wish}");
                if allows && may {
                    assert_eq!(outcome, Some((200, Stale)), "{about}");
                } else {
                    assert_ne!(outcome.map(|(_, from)| from), Some(Stale), "{about}");
                }
                transport.assert_count(2);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_stands_in_no_longer_than_it_may() {
    for (waited, from) in [(160, Some(Stale)), (161, None)] {
        let transport = ScriptedTransport::new()
            .reply(cached("max-age=60", "x"))
            .then(Answer::fail_to_connect());
        let cache = offline();
        get(&client(&cache, &transport)).await;
        pass(waited).await;
        let outcome = outcome(&cache, &transport, "").await;
        assert_eq!(outcome.map(|(_, from)| from), from, "{waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn offline_even_what_can_neither_be_fresh_nor_confirmed_stands_in() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(200).body("x"))
        .then(Answer::fail_to_connect());
    let cache = offline();
    let client = client(&cache, &transport);
    assert_eq!(get(&client).await, got(200, Miss, "x"));
    pass(50).await;
    let stale = client.get(HERE).send().await.unwrap();
    assert_eq!(stale.headers()["age"], "50");
    assert_eq!(read(stale).await, got(200, Stale, "x"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_leaves_the_stored_answer_where_it_is() {
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60", "x"))
        .reply(Reply::status(503))
        .reply(not_modified());
    let cache = offline();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(70).await;
    assert_eq!(get(&client).await.1, Stale);
    assert_eq!(get(&client).await.1, CacheStatus::Revalidated);
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn errors_from_below_come_out_with_their_type() {
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60", "x"))
        .fail(SessionEnded::signed_out())
        .fail(Strange);
    let cache = offline();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(70).await;
    let Err(Error::Middleware(ended)) = client.get(HERE).send().await else {
        panic!("the session has ended");
    };
    assert!(ended.downcast_ref::<SessionEnded>().is_some());
    let Err(Error::Middleware(strange)) = client.get(HERE).send().await else {
        panic!("a layer has failed");
    };
    assert!(strange.downcast_ref::<Strange>().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_gets_nothing_and_changes_nothing() {
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60", "x"))
        .hang()
        .reply(not_modified());
    let cache = offline();
    let client = client(&cache, &transport);
    get(&client).await;
    pass(70).await;
    let call = client.get(HERE).send();
    tokio::time::timeout(Duration::from_secs(5), call)
        .await
        .unwrap_err();
    assert_eq!(transport.abandoned(), 1);
    assert_eq!(get(&client).await.1, CacheStatus::Revalidated);
}

/// `private` lets an error be stored. It is no answer for whoever can't reach the origin later, and no reason to drop a good one.
#[tokio::test(start_paused = true)]
async fn a_stored_failure_stands_in_for_nothing() {
    let within = Duration::from_secs(3600);
    let failure = || Reply::status(503).header("cache-control", "private");
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60", "good"))
        .reply(failure())
        .then(Answer::fail_to_connect());
    let client = client(&cache().serve_stale_on_error(within), &transport);
    get(&client).await;
    pass(70).await;
    let current = private_cache::CacheMode::no_cache();
    assert_eq!(crate::scene::get_in(&client, current).await.0, 503);
    assert_eq!(get(&client).await, got(200, Stale, "good"));

    let failing = Reply::status(503).header("cache-control", "max-age=60, stale-if-error=600");
    let transport = ScriptedTransport::new()
        .reply(failing)
        .then(Answer::fail_to_connect())
        .reply(Reply::status(500));
    let client = crate::scene::client(&cache().serve_stale_on_error(within), &transport);
    assert_eq!(get(&client).await.0, 503);
    assert_eq!(get(&client).await, got(503, Hit, ""));
    pass(70).await;
    let error = client.get(HERE).send().await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(get(&client).await, got(500, Miss, ""));
}

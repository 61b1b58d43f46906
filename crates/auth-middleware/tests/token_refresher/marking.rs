//! The mark that a refresh is under way.

use std::error::Error;

use auth_middleware::{RefreshTokenGrant, RenewalError, TokenEndpoint, TokenRefresher};
use refresh_queue::RefreshError;
use testkit::{FaultServer, Reply};
use token_store::StoreError;

use super::scripted::{InvalidGrant, World, failed, rejected};
use super::{good, name, over, refresh, source};

#[tokio::test]
async fn without_the_mark_nothing_is_sent() {
    let world = World::with(&over(1));
    world.breaks("mark");
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert!(matches!(source(&error), StoreError::Failed(_)));
    assert_eq!(
        world.happened(),
        ["load", "lock", "load again", "mark", "unlock"]
    );
    assert_eq!(world.stored().await, (Some("a1 r1".into()), false));
}

#[tokio::test]
async fn where_something_was_sent_the_mark_stays() {
    let world = World::with(&over(1)).fail(failed());
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

/// A refresh by our own grant, at this endpoint.
async fn refresh_at(url: impl AsRef<str>, world: &World) -> RefreshError {
    let endpoint = TokenEndpoint::builder(url, "cli").build().unwrap();
    let refresher = TokenRefresher::new(world.clone(), RefreshTokenGrant::new(endpoint));
    refresh(&refresher, None).await.unwrap_err()
}

/// Where no server is.
async fn nowhere() -> reqwest::Url {
    let gone = FaultServer::start().await.unwrap();
    let url = gone.url_of("/token");
    gone.stop().await;
    url
}

#[tokio::test]
async fn where_nothing_was_sent_the_mark_is_removed() {
    let world = World::with(&over(1));
    assert!(!refresh_at(nowhere().await, &world).await.is_rejected());
    assert_eq!(
        world.happened(),
        ["load", "lock", "load again", "mark", "save a1 r1", "unlock"]
    );
    assert_eq!(world.stored().await, (Some("a1 r1".into()), false));
}

#[tokio::test]
async fn what_a_grant_of_the_caller_s_own_has_not_sent_it_can_not_tell() {
    let world = World::with(&over(1));
    let url = nowhere().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // It may be the second of its requests that finds no server.
    let theirs = TokenRefresher::new(world.clone(), move |_: Option<token_store::TokenSet>| {
        let post = client.post(url.clone()).send();
        async move { Err(RefreshError::failed(post.await.unwrap_err())) }
    });
    assert!(refresh(&theirs, None).await.is_err());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn an_answer_that_certainly_left_the_refresh_token_unspent_removes_the_mark() {
    let json = Reply::json;
    let html = |status| Reply::status(status).body("<html>");
    // the answer, and whether the mark stays
    let table = [
        (json(401, r#"{"error":"invalid_client"}"#), false),
        (json(400, r#"{"error":"invalid_scope"}"#), false),
        (json(200, r#"{"error":"bad_verification_code"}"#), false),
        (json(429, r#"{"error":"slow_down"}"#), false),
        (Reply::status(429), false),
        (json(403, r#"{"message":"no"}"#), false),
        // Whoever says so may not be the one who had the token.
        (html(400), true),
        (html(403), true),
        (json(408, r#"{"message":"too slow"}"#), true),
        // It may have been spent before that went wrong.
        (json(500, r#"{"error":"server_error"}"#), true),
        (html(502), true),
        (Reply::status(302).header("location", "/"), true),
        (json(200, "{}"), true),
    ];
    for (reply, stays) in table {
        let told = format!("{reply:?}");
        let server = FaultServer::start().await.unwrap();
        server.on("/token", reply);
        let world = World::with(&over(1));
        let error = refresh_at(server.url_of("/token"), &world).await;
        assert!(!error.is_rejected(), "{told}");
        assert_eq!(
            world.stored().await,
            (Some("a1 r1".into()), stays),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_mark_of_an_earlier_refresh_stays_even_where_nothing_was_sent_now() {
    let world = World::with(&over(1)).marked().await;
    refresh_at(nowhere().await, &world).await;
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn a_mark_that_can_not_be_removed_changes_nothing_about_the_error() {
    let world = World::with(&over(1));
    world.breaks("save");
    let error = refresh_at(nowhere().await, &world).await;
    assert!(source::<auth_middleware::TokenEndpointError>(&error).is_unsent());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn a_token_that_may_be_spent_is_tried_once_and_heals_if_the_server_still_takes_it() {
    let world = World::with(&over(1)).marked().await.answer(good(2));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test]
async fn a_token_that_is_spent_ends_the_session_and_tells_why() {
    let world = World::with(&over(1)).marked().await.fail(rejected());
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.is_rejected());
    let RenewalError::CutOff(cause) = source(&error) else {
        panic!("{error:?}");
    };
    assert!(cause.source().unwrap().is::<InvalidGrant>());
    assert_eq!(world.stored().await, (None, false));

    // Never a loop: the next has nothing to try.
    world.happened();
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn a_mark_does_not_spoil_an_access_token_that_is_good() {
    let world = World::with(&good(1)).marked().await;
    assert!(refresh(&world.refresher(), None).await.is_ok());
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn a_mark_of_another_refresh_token_says_nothing() {
    let world = World::with(&over(1)).marked().await;
    // A program that knows nothing of marks has written other tokens beside it.
    let mark = token_store::RefreshMark::of(&over(1)).unwrap();
    let mut locked = token_store::TokenStore::lock(&world.memory).await.unwrap();
    locked.save(over(2)).await.unwrap();
    locked.mark(mark).await.unwrap();
    drop(locked);
    let world = world.fail(rejected());
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.source().unwrap().is::<InvalidGrant>());
}

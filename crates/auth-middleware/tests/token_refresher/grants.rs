//! Grants that need no refresh token.

use auth_middleware::TokenRefresher;
use refresh_queue::RefreshError;
use token_store::{ExposeSecret, MemoryStore, TokenSet, TokenStore};

use super::scripted::{World, rejected};
use super::{good, name, over, refresh};

#[tokio::test]
async fn a_service_buys_its_first_tokens_under_the_lock_and_without_a_mark() {
    let world = World::of_a_service().answer(good(1));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a1 r1");
    assert_eq!(
        world.happened(),
        [
            "load",
            "lock",
            "load again",
            "exchange nothing",
            "save a1 r1",
            "unlock"
        ]
    );
}

#[tokio::test]
async fn a_service_keeps_its_session_when_it_buys_the_next_and_spends_no_refresh_token() {
    let first = good(1);
    let world = World::of_a_service().answer(TokenSet::new("a2"));
    let mut locked = world.memory.lock().await.unwrap();
    locked.save(first.clone()).await.unwrap();
    drop(locked);
    let renewed = refresh(&world.refresher(), Some(&first)).await.unwrap();
    assert_eq!(renewed.tokens().session(), first.session());
    assert_eq!(
        world.happened(),
        [
            "load",
            "lock",
            "load again",
            "exchange a1 r1",
            "save a2 r1",
            "unlock"
        ]
    );
}

#[tokio::test]
async fn what_a_sibling_has_bought_first_is_taken() {
    let world = World::of_a_service().meanwhile(Some(good(1)));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a1 r1");
    assert_eq!(world.happened(), ["load", "lock", "load again", "unlock"]);
}

#[tokio::test]
async fn a_rejection_of_nothing_clears_nothing() {
    let world = World::of_a_service().fail(rejected());
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.is_rejected());
    assert!(!world.happened().contains(&"clear".to_owned()));
}

#[tokio::test]
async fn a_closure_is_a_grant_and_is_asked_whatever_there_is() {
    let store = MemoryStore::new();
    let sign_in_or_renew = |tokens: Option<TokenSet>| async move {
        let former = tokens.map_or("none".into(), |tokens| name(&tokens));
        Ok::<_, RefreshError>(TokenSet::new(format!("after-{former}")))
    };
    let refresher = TokenRefresher::new(store, sign_in_or_renew);
    let first = refresh(&refresher, None).await.unwrap();
    let access = first.tokens().access().expose_secret();
    assert_eq!(access, "after-none");
    let second = refresh(&refresher, Some(first.tokens())).await.unwrap();
    let access = second.tokens().access().expose_secret();
    assert_eq!(access, "after-after-none -");
}

#[tokio::test]
async fn a_closure_that_is_given_a_refresh_token_may_spend_it() {
    let world = World::with(&over(1));
    let refresher = TokenRefresher::new(world.clone(), |_: Option<TokenSet>| async {
        Err(RefreshError::failed("503"))
    });
    assert!(refresh(&refresher, None).await.is_err());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

//! What is taken from the store, without asking the server.

use std::time::Duration;

use auth_middleware::TokenRefresher;
use refresh_queue::{RefreshError, Renewable};
use request_context::Principal;
use token_store::{MemoryStore, StoreError, TokenSet, TokenStore};

use super::scripted::World;
use super::{good, name, over, reason, refresh, source};

#[tokio::test]
async fn good_tokens_are_taken_without_the_lock() {
    let world = World::with(&good(1));
    let taken = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(taken.tokens()), "a1 r1");
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn an_empty_store_has_nobody_signed_in() {
    let world = World::default();
    for stale in [None, Some(good(1))] {
        let error = refresh(&world.refresher(), stale.as_ref()).await;
        let error = error.unwrap_err();
        assert!(error.is_rejected());
        assert_eq!(reason(&error), "nobody is signed in");
        assert_eq!(world.happened(), ["load"]);
    }
}

#[tokio::test]
async fn what_a_sibling_has_renewed_is_taken_without_asking_the_server() {
    let world = World::with(&good(2));
    let taken = refresh(&world.refresher(), Some(&good(1))).await.unwrap();
    assert_eq!(name(taken.tokens()), "a2 r2");
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn what_a_sibling_renews_while_the_lock_is_waited_for_is_taken_too() {
    let world = World::with(&good(1)).meanwhile(Some(good(2)));
    let taken = refresh(&world.refresher(), Some(&good(1))).await.unwrap();
    assert_eq!(name(taken.tokens()), "a2 r2");
    assert_eq!(world.happened(), ["load", "lock", "load again", "unlock"]);
}

#[tokio::test]
async fn another_session_is_taken_with_its_principal() {
    let theirs = good(7);
    let world = World::with(&theirs);
    let taken = refresh(&world.refresher(), Some(&good(1))).await.unwrap();
    let principal = Principal::new(theirs.session().clone());
    assert_eq!(taken.principal(), Some(principal));
}

#[tokio::test]
async fn a_logout_while_the_lock_is_waited_for_ends_the_session() {
    let world = World::with(&good(1)).meanwhile(None);
    let error = refresh(&world.refresher(), Some(&good(1))).await;
    let error = error.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(reason(&error), "nobody is signed in");
    assert_eq!(world.happened(), ["load", "lock", "load again", "unlock"]);
}

#[tokio::test]
async fn tokens_that_can_not_go_on_a_request_fail_and_stay_where_nobody_here_can_renew_them() {
    for tokens in [TokenSet::new("a\n1"), good(1).token_type("mac")] {
        let world = World::with(&tokens);
        let refresher = TokenRefresher::bearer_only(world.clone());
        let error = refresh(&refresher, None).await.unwrap_err();
        assert!(!error.is_rejected());
        assert_eq!(reason(&error), "the access token can't go on a request");
        assert_eq!(world.stored().await, (Some(name(&tokens)), false));
    }
    let world = World::with(&TokenSet::new("a\n1"));
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert_eq!(reason(&error), "the access token can't go on a request");
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn tokens_that_can_not_go_on_a_request_are_renewed_where_there_is_a_refresh_token() {
    let tokens = TokenSet::new("a\n1").refresh_token("r1");
    let world = World::with(&tokens).answer(good(2));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
}

#[tokio::test(start_paused = true)]
async fn without_the_lock_there_is_no_refresh() {
    let store = MemoryStore::from(over(1)).lock_timeout(Duration::from_secs(5));
    let _held = store.lock().await.unwrap();
    let refresher = TokenRefresher::new(store, |_: Option<TokenSet>| async {
        Err::<TokenSet, _>(RefreshError::rejected("it was asked"))
    });
    let error = refresh(&refresher, None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert!(matches!(source(&error), StoreError::Busy { waited } if waited.as_secs() == 5));
}

#[tokio::test]
async fn a_store_that_can_not_be_read_ends_no_session() {
    for (operation, log) in [
        ("load", vec!["load"]),
        ("lock", vec!["load", "lock"]),
        ("load again", vec!["load", "lock", "load again", "unlock"]),
    ] {
        let world = World::with(&over(1));
        world.breaks(operation);
        let error = refresh(&world.refresher(), None).await.unwrap_err();
        assert!(!error.is_rejected(), "{operation}");
        assert!(matches!(source(&error), StoreError::Failed(_)));
        assert_eq!(world.happened(), log);
        assert_eq!(world.stored().await, (Some("a1 r1".into()), false));
    }
}

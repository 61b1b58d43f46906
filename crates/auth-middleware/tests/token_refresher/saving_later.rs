//! Tokens that were bought and could not be saved.

use token_store::{StoreError, TokenStore};

use super::scripted::World;
use super::{good, name, over, reason, refresh, source};

/// A refresh whose answer could not be saved, and the refresher that keeps it.
async fn unsaved(world: &World) -> auth_middleware::TokenRefresher {
    let refresher = world.refresher();
    world.breaks("save");
    let error = refresh(&refresher, Some(&over(1))).await.unwrap_err();
    assert!(!error.is_rejected());
    assert!(matches!(source(&error), StoreError::Failed(_)));
    assert_eq!(world.happened().last().unwrap(), "unlock");
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
    refresher
}

#[tokio::test(start_paused = true)]
async fn the_next_refresh_saves_them_and_sends_nothing() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = unsaved(&world).await;
    // Still broken: still nothing is sent.
    let error = refresh(&refresher, Some(&over(1))).await.unwrap_err();
    assert!(matches!(source(&error), StoreError::Failed(_)));
    let saves = ["load", "lock", "load again", "save a2 r2", "unlock"];
    assert_eq!(world.happened(), saves);

    world.mends("save");
    let renewed = refresh(&refresher, Some(&over(1))).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
    assert_eq!(world.happened(), saves);
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));

    // Once.
    refresh(&refresher, None).await.unwrap();
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test(start_paused = true)]
async fn they_are_saved_even_while_the_old_ones_are_good() {
    let world = World::with(&good(1)).answer(good(2));
    let refresher = world.refresher();
    world.breaks("save");
    assert!(refresh(&refresher, Some(&good(1))).await.is_err());
    world.mends("save");
    let renewed = refresh(&refresher, None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test(start_paused = true)]
async fn if_they_are_over_by_then_the_new_refresh_token_is_sent_and_not_the_spent_one() {
    let world = World::with(&over(1)).answer(over(2)).answer(good(3));
    let refresher = unsaved(&world).await;
    world.mends("save");
    let renewed = refresh(&refresher, Some(&over(1))).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a3 r3");
    assert_eq!(
        world.happened()[3..],
        [
            "save a2 r2",
            "mark",
            "exchange a2 r2",
            "save a3 r3",
            "unlock"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_login_since_then_counts_and_they_are_forgotten() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = unsaved(&world).await;
    world.mends("save");
    let login = world.memory.lock().await.unwrap().save(good(7)).await;
    login.unwrap();
    for _ in 0..2 {
        let renewed = refresh(&refresher, Some(&over(1))).await.unwrap();
        assert_eq!(name(renewed.tokens()), "a7 r7");
    }
    assert_eq!(
        world.happened(),
        ["load", "lock", "load again", "unlock", "load"]
    );
    assert_eq!(world.stored().await, (Some("a7 r7".into()), false));
}

#[tokio::test(start_paused = true)]
async fn a_logout_since_then_counts_too() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = unsaved(&world).await;
    world.mends("save");
    world.memory.lock().await.unwrap().clear().await.unwrap();
    let error = refresh(&refresher, Some(&over(1))).await.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(reason(&error), "nobody is signed in");
    assert_eq!(world.stored().await, (None, false));
}

#[tokio::test(start_paused = true)]
async fn the_first_tokens_of_a_service_are_saved_later_too() {
    let world = World::of_a_service().answer(good(1));
    let refresher = world.refresher();
    world.breaks("save");
    assert!(refresh(&refresher, None).await.is_err());
    world.mends("save");
    let renewed = refresh(&refresher, None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a1 r1");
}

#[tokio::test(start_paused = true)]
async fn a_save_that_fails_is_tried_again_under_the_lock() {
    let world = World::with(&over(1)).answer(good(2));
    world.breaks_times("save", 3);
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
    let saves = ["save a2 r2"; 4];
    let log = world.happened();
    assert_eq!(log[5..9], saves);
    assert_eq!(log[9..], ["unlock"]);
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_three_more_tries() {
    let world = World::with(&over(1)).answer(good(2));
    world.breaks_times("save", 4);
    assert!(refresh(&world.refresher(), None).await.is_err());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

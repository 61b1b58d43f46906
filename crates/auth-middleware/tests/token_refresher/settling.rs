//! A program that ends: nothing is lost with its runtime.

use std::time::Duration;

use auth_middleware::Unsettled;
use refresh_queue::RefreshQueue;
use testkit::Gate;
use token_store::{StoreError, TokenStore};
use tokio::time::timeout;

use super::scripted::{World, failed};
use super::{good, over, refresh};

const SECOND: Duration = Duration::from_secs(1);

/// A world whose queue was closed while a refresh that outlived its limit is still under way.
async fn closed(gate: &Gate) -> (World, auth_middleware::TokenRefresher) {
    let world = World::with(&over(1)).answer(good(2)).held_by(gate);
    let refresher = world.refresher().exchange_timeout(20 * SECOND);
    let queue = RefreshQueue::builder(refresher.clone())
        .timeout(SECOND)
        .build();
    queue.credential().await.unwrap_err();
    queue.close().await;
    (world, refresher)
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_an_exchange_that_nobody_waits_for() {
    let gate = Gate::new();
    let (world, refresher) = closed(&gate).await;
    // Whoever leaves changes nothing.
    timeout(SECOND, refresher.settled()).await.unwrap_err();
    let waits = tokio::spawn(async move { refresher.settled().await });
    tokio::task::yield_now().await;
    assert!(!waits.is_finished());
    gate.open();
    waits.await.unwrap().unwrap();
    assert_eq!(world.happened().last().unwrap(), "unlock");
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test(start_paused = true)]
async fn it_waits_no_longer_than_an_exchange_may_take() {
    let gate = Gate::new();
    let world = World::with(&over(1)).held_by(&gate);
    let refresher = world.refresher().exchange_timeout(20 * SECOND);
    // Longer than the refresh, which began before.
    timeout(SECOND, refresh(&refresher, None))
        .await
        .unwrap_err();
    assert!(refresher.settled().await.is_ok());
    // Another refresher's limit, of the same store, is another matter.
    timeout(SECOND, refresh(&refresher, None))
        .await
        .unwrap_err();
    let hasty = refresher.clone().exchange_timeout(5 * SECOND);
    let error = hasty.settled().await.unwrap_err();
    assert!(matches!(error, Unsettled::Running));
    assert!(refresher.settled().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_saved_is_tried_once_more() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = world.refresher();
    world.breaks("save");
    assert!(refresh(&refresher, None).await.is_err());
    let error = refresher.settled().await.unwrap_err();
    assert!(matches!(error, Unsettled::Unsaved(StoreError::Failed(_))));

    world.mends("save");
    world.happened();
    refresher.settled().await.unwrap();
    assert_eq!(
        world.happened(),
        ["lock", "load again", "save a2 r2", "unlock"]
    );
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
    refresher.settled().await.unwrap();
    assert_eq!(world.happened(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_can_not_be_had_is_told_and_the_tokens_stay_in_memory() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = world.refresher();
    world.breaks("save");
    assert!(refresh(&refresher, None).await.is_err());
    world.mends("save");
    let held = world.memory.lock().await.unwrap();
    let error = refresher.settled().await.unwrap_err();
    assert!(matches!(error, Unsettled::Unsaved(StoreError::Busy { .. })));
    drop(held);
    assert!(refresher.settled().await.is_ok());
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test(start_paused = true)]
async fn a_login_since_then_is_not_written_over() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = world.refresher();
    world.breaks("save");
    assert!(refresh(&refresher, None).await.is_err());
    world.mends("save");
    let login = world.memory.lock().await.unwrap().save(good(7)).await;
    login.unwrap();
    assert!(refresher.settled().await.is_ok());
    assert_eq!(world.stored().await, (Some("a7 r7".into()), false));
}

#[tokio::test]
async fn where_nothing_goes_on_there_is_nothing_to_wait_for() {
    let world = World::with(&over(1)).fail(failed());
    let refresher = world.refresher();
    assert!(refresher.settled().await.is_ok());
    assert_eq!(world.happened(), [""; 0]);
    // What failed has settled.
    assert!(refresh(&refresher, None).await.is_err());
    assert!(refresher.settled().await.is_ok());
    let panics = |_: Option<token_store::TokenSet>| async { panic!("as it should") };
    let refresher = auth_middleware::TokenRefresher::new(world, panics);
    let panicked = tokio::spawn({
        let refresher = refresher.clone();
        async move { refresh(&refresher, None).await }
    });
    assert!(panicked.await.unwrap_err().is_panic());
    assert!(refresher.settled().await.is_ok());
}

//! A refresh that is dropped.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth_middleware::{BearerTokens, TokenRefresher};
use refresh_queue::{QueueError, RefreshError, RefreshFailure, RefreshQueue};
use testkit::Gate;
use token_store::{MemoryStore, TokenSet, TokenStore};

use super::scripted::World;
use super::{good, name, over, refresh};

fn closed() -> Gate {
    let gate = Gate::new();
    gate.close();
    gate
}

fn failure(error: &QueueError) -> &RefreshFailure {
    let QueueError::Unavailable(unavailable) = error else {
        panic!("{error:?}");
    };
    std::error::Error::source(unavailable)
        .unwrap()
        .downcast_ref()
        .unwrap()
}

#[tokio::test]
async fn one_that_has_been_sent_goes_on_and_saves_what_comes() {
    let gate = closed();
    let world = World::with(&over(1)).answer(good(2)).held_by(&gate);
    let refresher = world.refresher();
    let cut_off = tokio::spawn(async move { refresh(&refresher, None).await });
    gate.wait_for(1).await;
    cut_off.abort();
    assert!(cut_off.await.unwrap_err().is_cancelled());

    gate.open();
    // It waits for the lock, which the rest of the refresh gives back.
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
    assert_eq!(
        world.happened()[4..],
        ["exchange a1 r1", "save a2 r2", "unlock"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_the_queue_s_timeout_is_not_lost() {
    let gate = closed();
    let world = World::with(&over(1)).answer(good(2)).held_by(&gate);
    let queue = RefreshQueue::builder(world.refresher())
        .timeout(Duration::from_secs(5))
        .build();
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));

    gate.open();
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
    tokio::time::sleep(Duration::from_secs(1)).await; // the queue's backoff, in paused time
    queue.credential().await.unwrap();
    assert_eq!(name(queue.current().unwrap().tokens()), "a2 r2");
    let log = world.happened();
    let exchanges = log.iter().filter(|line| line.starts_with("exchange"));
    assert_eq!(exchanges.count(), 1);
}

#[tokio::test]
async fn one_that_waits_for_the_lock_leaves_nothing_behind() {
    let world = World::with(&over(1)).answer(good(2));
    let held = world.memory.lock().await.unwrap();
    let refresher = world.refresher();
    let waits = tokio::spawn({
        let refresher = refresher.clone();
        async move { refresh(&refresher, None).await }
    });
    while world.happened().last().is_none_or(|line| line != "lock") {
        tokio::task::yield_now().await;
    }
    waits.abort();
    assert!(waits.await.unwrap_err().is_cancelled());
    drop(held);
    assert_eq!(world.stored().await, (Some("a1 r1".into()), false));
    assert!(refresh(&refresher, None).await.is_ok());
}

#[tokio::test]
async fn a_grant_that_panics_gives_the_lock_back_and_leaves_the_mark() {
    let world = World::with(&over(1));
    let panics = |_: Option<TokenSet>| async { panic!("as it should") };
    let refresher = TokenRefresher::new(world.clone(), panics);
    let queue: RefreshQueue<BearerTokens> = RefreshQueue::new(refresher);
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Panicked));
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn a_grant_that_waits_for_its_own_queue_is_told_at_once() {
    let queue = Arc::<OnceLock<RefreshQueue<BearerTokens>>>::default();
    let waits = {
        let queue = Arc::clone(&queue);
        move |_: Option<TokenSet>| {
            let queue = queue.get().unwrap().clone();
            async move { Err(RefreshError::failed(queue.credential().await.unwrap_err())) }
        }
    };
    let refresher = TokenRefresher::new(MemoryStore::from(over(1)), waits);
    let queue = queue.get_or_init(|| RefreshQueue::new(refresher));
    let error = queue.credential().await.unwrap_err();
    let RefreshFailure::Failed(inner) = failure(&error) else {
        panic!("{error:?}");
    };
    let inner: &QueueError = inner.downcast_ref().unwrap();
    assert!(matches!(failure(inner), RefreshFailure::Reentrant));
}

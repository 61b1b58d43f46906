//! The end of a session.

use std::error::Error;
use std::time::Duration;

use auth_middleware::BearerTokens;
use refresh_queue::{QueueError, RefreshQueue};
use testkit::clock;
use token_store::TokenSet;

use super::scripted::{InvalidGrant, World, failed, rejected};
use super::{good, over, reason, refresh};

#[tokio::test]
async fn a_rejection_clears_the_store() {
    let world = World::with(&over(1)).fail(rejected());
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.is_rejected());
    assert!(error.source().unwrap().is::<InvalidGrant>());
    assert_eq!(
        world.happened(),
        [
            "load",
            "lock",
            "load again",
            "mark",
            "exchange a1 r1",
            "clear",
            "unlock"
        ]
    );
    assert_eq!(world.stored().await, (None, false));
}

#[tokio::test]
async fn a_rejection_is_one_even_if_the_store_can_not_be_cleared() {
    let world = World::with(&over(1)).fail(rejected());
    world.breaks("clear");
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(error.is_rejected());
    assert!(error.source().unwrap().is::<InvalidGrant>());
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn a_failure_keeps_the_tokens() {
    let world = World::with(&over(1)).fail(failed()).answer(good(2));
    let error = refresh(&world.refresher(), None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(world.stored().await.0, Some("a1 r1".into()));
    assert!(refresh(&world.refresher(), None).await.is_ok());
}

#[tokio::test]
async fn without_a_refresh_token_the_end_of_the_access_token_is_the_end() {
    let bare = TokenSet::new("a1");
    let world = World::with(&bare);
    assert!(refresh(&world.refresher(), None).await.is_ok());
    let error = refresh(&world.refresher(), Some(&bare)).await.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(reason(&error), "there is no refresh token");
    assert_eq!(world.happened(), ["load", "load"]);
    assert_eq!(world.stored().await, (Some("a1 -".into()), false));
}

#[tokio::test(start_paused = true)]
async fn without_a_refresh_token_the_access_token_serves_to_its_very_end() {
    let clock = clock();
    let bare = TokenSet::new("a1").expires_at(clock() + Duration::from_secs(600));
    let refresher = World::with(&bare).refresher().clock(clock.clone());
    let queue = RefreshQueue::builder(refresher).clock(clock).build();
    // Every second of its life, also when the queue would renew it ahead of time.
    for _ in 0..600 {
        queue.credential().await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // A failed attempt ahead of time may be a moment ago.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(error, QueueError::SessionEnded(_)));
}

#[tokio::test(start_paused = true)]
async fn a_short_lived_access_token_that_somebody_has_signed_in_with_serves_to_its_end_too() {
    let clock = clock();
    for life in [8, 90, 3600] {
        let bare = TokenSet::new("a1").expires_at(clock() + Duration::from_secs(life));
        let refresher = World::with(&bare).refresher().clock(clock.clone());
        let queue = RefreshQueue::builder(refresher)
            .clock(clock.clone())
            .build();
        queue.set(BearerTokens::new(bare).unwrap());
        for _ in 0..4 * life {
            queue.credential().await.unwrap();
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        // A failed attempt ahead of time may be a moment ago.
        tokio::time::sleep(Duration::from_secs(30)).await;
        let error = queue.credential().await.unwrap_err();
        assert!(matches!(error, QueueError::SessionEnded(_)), "{life}");
    }
}

//! The windows before a credential's expiry: first it is renewed in the background, then callers wait.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use refresh_queue::{RefreshError, RefreshFailure, RefreshQueue, RefreshQueueBuilder};
use support::{Refresher, Token, ask, bearer, ended, failure, others_wait};
use testkit::Gate;
use tokio::time::{Instant, advance};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A queue whose clock moves with tokio's time and whose credential, `old`, lives this long from now on.
fn queue_of(refresher: &Refresher, life: Duration) -> RefreshQueueBuilder<Token> {
    let clock = testkit::clock();
    let old = Token::named("old").until(clock() + life);
    RefreshQueue::builder(refresher.clone())
        .clock(clock)
        .credential(old)
}

async fn expect(queue: &RefreshQueue<Token>, token: &str) {
    let begun = Instant::now();
    let credential = queue.credential().await.unwrap();
    assert_eq!(bearer(&credential), format!("Bearer {token}"));
    assert_eq!(begun.elapsed(), Duration::ZERO, "nobody waits");
}

#[tokio::test(start_paused = true)]
async fn an_expired_credential_is_refreshed_before_it_is_used() {
    let clock = testkit::clock();
    let refresher = Refresher::new();
    let queue = RefreshQueue::builder(refresher.clone())
        .clock(clock.clone())
        .credential(Token::named("short-lived").until(clock() + seconds(60)))
        .build();
    assert_eq!(
        bearer(&queue.credential().await.unwrap()),
        "Bearer short-lived"
    );
    advance(seconds(60)).await;
    assert_eq!(bearer(&queue.credential().await.unwrap()), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_leeway_says_how_long_before_its_expiry_a_credential_is_refreshed() {
    for (leeway, refreshed_after) in [(seconds(5), 96), (seconds(60), 91)] {
        let clock = testkit::clock();
        let refresher = Refresher::new();
        let queue = RefreshQueue::builder(refresher.clone())
            .clock(clock.clone())
            .leeway(leeway)
            .credential(Token::named("a").until(clock() + seconds(100)))
            .build();
        advance(seconds(refreshed_after - 2)).await;
        queue.credential().await.unwrap();
        assert_eq!(refresher.runs(), 0, "{leeway:?}");
        advance(seconds(2)).await;
        queue.credential().await.unwrap();
        assert_eq!(refresher.runs(), 1, "{leeway:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_in_the_soft_window_start_one_refresh_and_wait_for_nobody() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = queue_of(&refresher, seconds(1_000)).build();
    advance(seconds(955)).await;
    let begun = Instant::now();
    for credential in join_all((0..100).map(|_| queue.credential())).await {
        assert_eq!(bearer(&credential.unwrap()), "Bearer old");
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    gate.wait_for(1).await;
    assert_eq!(refresher.runs(), 1);

    advance(seconds(30)).await;
    expect(&queue, "old").await;
    gate.open();
    refresher.wait_for_finished(1).await;
    expect(&queue, "token-1").await;
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_comes_in_the_hard_window_waits_for_the_refresh_that_runs_in_the_background() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = queue_of(&refresher, seconds(1_000))
        .timeout(seconds(100))
        .build();
    advance(seconds(955)).await;
    expect(&queue, "old").await;
    gate.wait_for(1).await;
    advance(seconds(35)).await;
    let waiter = ask(&queue);
    tokio::time::sleep(seconds(1)).await;
    assert!(!waiter.is_finished());
    gate.open();
    assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_ahead_that_fails_is_no_error_and_backs_off_until_the_credential_expires() {
    let refresher = (0..7).fold(Refresher::new(), |refresher, _| {
        refresher.then(|| Err(RefreshError::failed("no route to host")))
    });
    let queue = queue_of(&refresher, seconds(1_000)).build();
    advance(seconds(955)).await;
    // The backoffs are 1, 2, 4, 8 and 16 seconds, and then 30.
    for (later, runs) in [(0, 1), (1, 2), (1, 2), (1, 3), (4, 4), (8, 5), (16, 6)] {
        advance(seconds(later)).await;
        expect(&queue, "old").await;
        refresher.wait_for_finished(runs).await;
        assert_eq!(refresher.runs(), runs, "after {later} more seconds");
    }
    // In the hard window, and the backoff isn't over.
    advance(seconds(13)).await;
    expect(&queue, "old").await;
    advance(seconds(1)).await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Failed(_)));
    assert_eq!(refresher.runs(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_in_the_hard_window_leaves_its_waiters_the_old_credential() {
    let gate = Gate::new();
    let refresher =
        Refresher::held_at(&gate).then(|| Err(RefreshError::failed("no route to host")));
    let queue = queue_of(&refresher, seconds(1_000))
        .refresh_ahead(Duration::ZERO)
        .build();
    advance(seconds(990)).await;
    let waiters: Vec<_> = (0..10).map(|_| ask(&queue)).collect();
    gate.wait_for(1).await;
    gate.open();
    for waiter in waiters {
        assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer old");
    }
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_outlasts_the_old_credential_and_fails_is_an_error() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = queue_of(&refresher, seconds(1_000))
        .timeout(seconds(10))
        .build();
    advance(seconds(990)).await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_ahead_ends_the_session_though_the_old_credential_is_still_good() {
    let refresher = Refresher::new().then(|| Err(RefreshError::rejected("invalid_grant")));
    let queue = queue_of(&refresher, seconds(1_000)).build();
    advance(seconds(955)).await;
    expect(&queue, "old").await;
    refresher.wait_for_finished(1).await;
    let over = ended(queue.credential().await.unwrap_err());
    assert!(!over.is_signed_out());
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_background_is_no_error_to_anyone() {
    let refresher = Refresher::new().then(|| panic!("the refresher's own bug"));
    let queue = queue_of(&refresher, seconds(1_000)).build();
    advance(seconds(955)).await;
    expect(&queue, "old").await;
    others_wait().await;
    assert_eq!(refresher.runs(), 1);
    expect(&queue, "old").await;
    advance(seconds(1)).await;
    expect(&queue, "old").await;
    refresher.wait_for_finished(1).await;
    expect(&queue, "token-2").await;
}

/// The window is a minute, of which chance takes up to 15 seconds off.
#[tokio::test(start_paused = true)]
async fn refreshes_ahead_are_spread_by_chance_over_a_quarter_of_the_window() {
    let refresher = Refresher::new();
    let queues: Vec<_> = (0..100)
        .map(|_| queue_of(&refresher, seconds(1_000)).build())
        .collect();
    let mut runs = Vec::new();
    for later in [939, 8, 8] {
        advance(seconds(later)).await;
        for queue in &queues {
            queue.credential().await.unwrap();
        }
        others_wait().await;
        runs.push(refresher.runs());
    }
    assert_eq!((runs[0], runs[2]), (0, 100));
    assert!((1..100).contains(&runs[1]), "all at the same moment");
}

/// A quarter of 80 seconds is 20, less up to 5 by chance; a tenth is 8.
#[tokio::test(start_paused = true)]
async fn both_windows_shrink_with_a_short_life() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = queue_of(&refresher, seconds(80)).build();
    advance(seconds(59)).await;
    expect(&queue, "old").await;
    others_wait().await;
    assert_eq!(refresher.runs(), 0);

    advance(seconds(6)).await;
    expect(&queue, "old").await;
    gate.wait_for(1).await;
    advance(seconds(6)).await;
    expect(&queue, "old").await;
    advance(seconds(1)).await;
    let waiter = ask(&queue);
    others_wait().await;
    assert!(!waiter.is_finished());
    gate.open();
    assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn without_a_soft_window_nothing_is_refreshed_before_the_hard_one() {
    let refresher = Refresher::new();
    let queue = queue_of(&refresher, seconds(1_000))
        .refresh_ahead(Duration::ZERO)
        .build();
    advance(seconds(989)).await;
    expect(&queue, "old").await;
    others_wait().await;
    assert_eq!(refresher.runs(), 0);
    advance(seconds(1)).await;
    expect(&queue, "token-1").await;
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn windows_longer_than_any_life_do_no_harm() {
    let refresher = Refresher::new();
    let queue = queue_of(&refresher, seconds(100))
        .refresh_ahead(Duration::MAX)
        .leeway(Duration::MAX)
        .build();
    advance(seconds(74)).await;
    expect(&queue, "old").await;
    others_wait().await;
    assert_eq!(refresher.runs(), 0);
    for expires_at in [
        SystemTime::UNIX_EPOCH,
        testkit::clock()() + seconds(1 << 40),
    ] {
        queue.set(Token::named("odd").until(expires_at));
        assert!(queue.credential().await.is_ok());
    }
    assert_eq!(refresher.runs(), 1, "for the one that had expired");
}

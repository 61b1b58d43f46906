//! The queue on its own, under paused time: who waits, who is told what, how often the refresher runs.

mod support;

use std::error::Error;
use std::time::Duration;

use futures_util::future::join_all;
use refresh_queue::{QueueError, RefreshError, RefreshFailure, RefreshQueue};
use support::{Refresher, Token, ask, bearer, failure};
use testkit::Gate;
use tokio::time::timeout;

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_share_one_refresh() {
    let refresher = Refresher::new();
    let queue = RefreshQueue::new(refresher.clone());
    let credentials = join_all((0..100).map(|_| queue.credential())).await;
    assert_eq!(refresher.runs(), 1);
    for credential in credentials {
        assert_eq!(bearer(&credential.unwrap()), "Bearer token-1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_leaves_does_not_stop_the_refresh() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());

    let driver = ask(&queue);
    gate.wait_for(1).await;
    let waiter = ask(&queue);
    driver.abort();
    assert!(driver.await.unwrap_err().is_cancelled());

    gate.open();
    assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_everyone_left_still_finishes_and_is_kept() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    assert!(
        timeout(Duration::from_secs(1), queue.credential())
            .await
            .is_err()
    );

    gate.open();
    let credential = queue.credential().await.unwrap();
    assert_eq!(bearer(&credential), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_goes_on_when_the_last_handle_is_dropped() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    assert!(
        timeout(Duration::from_secs(1), queue.credential())
            .await
            .is_err()
    );
    drop(queue);
    gate.open();
    refresher.wait_for_finished(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_panicking_refresher_gives_every_waiter_a_typed_error_and_leaves_the_queue_usable() {
    let refresher = Refresher::new().then(|| panic!("the refresher's own bug"));
    let queue = RefreshQueue::new(refresher.clone());
    for outcome in join_all((0..3).map(|_| queue.credential())).await {
        assert!(matches!(
            failure(&outcome.unwrap_err()),
            RefreshFailure::Panicked
        ));
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(bearer(&queue.credential().await.unwrap()), "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_hangs_is_given_up_after_its_limit() {
    let gate = Gate::new();
    let queue = RefreshQueue::builder(Refresher::held_at(&gate))
        .timeout(Duration::from_secs(7))
        .build();
    let begun = tokio::time::Instant::now();
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_shared_and_not_repeated_before_its_backoff_is_over() {
    let refresher = Refresher::new().then(|| Err(RefreshError::failed("no route to host")));
    let queue = RefreshQueue::new(refresher.clone());
    for _ in 0..10 {
        let error = queue.credential().await.unwrap_err();
        let RefreshFailure::Failed(source) = failure(&error) else {
            panic!("{error:?}");
        };
        assert_eq!(source.to_string(), "no route to host");
    }
    assert_eq!(refresher.runs(), 1);

    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(queue.credential().await.is_ok());
    assert_eq!(refresher.runs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_ends_the_session_for_everyone_without_asking_again() {
    let refresher = Refresher::new().then(|| Err(RefreshError::rejected("invalid_grant")));
    let queue = RefreshQueue::new(refresher.clone());
    for _ in 0..3 {
        let QueueError::SessionEnded(ended) = queue.credential().await.unwrap_err() else {
            panic!("the session is over");
        };
        assert!(!ended.is_signed_out());
        assert_eq!(ended.source().unwrap().to_string(), "invalid_grant");
    }
    assert_eq!(refresher.runs(), 1);

    queue.set(Token::named("signed-in-again"));
    assert_eq!(
        bearer(&queue.credential().await.unwrap()),
        "Bearer signed-in-again"
    );
}

#[tokio::test(start_paused = true)]
async fn signing_out_answers_those_who_wait_at_once_and_is_not_undone() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let waiter = ask(&queue);
    gate.wait_for(1).await;
    queue.clear();
    let QueueError::SessionEnded(ended) = waiter.await.unwrap().unwrap_err() else {
        panic!("signed out");
    };
    assert!(ended.is_signed_out());

    gate.open();
    refresher.wait_for_finished(1).await;
    assert!(queue.current().is_none());
    assert!(queue.credential().await.is_err());
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn signing_in_during_a_refresh_serves_those_who_wait() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let waiter = ask(&queue);
    gate.wait_for(1).await;
    queue.set(Token::named("signed-in"));
    assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer signed-in");

    gate.open();
    refresher.wait_for_finished(1).await;
    assert_eq!(
        bearer(&queue.credential().await.unwrap()),
        "Bearer signed-in"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_waits_for_its_own_queue_gets_an_error_instead_of_a_deadlock() {
    let own: std::sync::Arc<std::sync::OnceLock<RefreshQueue<Token>>> = std::sync::Arc::default();
    let queue = RefreshQueue::new({
        let own = std::sync::Arc::clone(&own);
        move |_stale: Option<Token>| {
            let own = std::sync::Arc::clone(&own);
            async move {
                let error = own.get().unwrap().credential().await.unwrap_err();
                assert!(matches!(failure(&error), RefreshFailure::Reentrant));
                Err(RefreshError::failed(error))
            }
        }
    });
    own.set(queue.clone()).unwrap();
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Failed(_)));
}

#[tokio::test(start_paused = true)]
async fn one_waiter_too_many_gets_a_typed_error() {
    let gate = Gate::new();
    let queue = RefreshQueue::builder(Refresher::held_at(&gate))
        .max_waiters(1)
        .build();
    let waiter = ask(&queue);
    gate.wait_for(1).await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::WaitersFull));
    gate.open();
    assert!(waiter.await.unwrap().is_ok());
}

//! Queues whose callers live on several runtimes, on none, or on one that ends.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use futures_util::FutureExt;
use refresh_queue::{RefreshFailure, RefreshQueue};
use support::{Refresher, Token, ask, bearer, failure, others_wait};
use testkit::Gate;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_runtime_that_ends_in_the_middle_leaves_the_queue_usable_from_another() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());

    let first = runtime();
    first.spawn({
        let queue = queue.clone();
        async move { queue.credential().await }
    });
    first.block_on(gate.wait_for(1));

    let second = runtime();
    let waiter = second.spawn({
        let queue = queue.clone();
        async move { queue.credential().await }
    });
    second.block_on(others_wait());
    drop(first);
    let error = second.block_on(waiter).unwrap().unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::RuntimeEnded));

    gate.open();
    let credential = second.block_on(queue.credential()).unwrap();
    assert_eq!(bearer(&credential), "Bearer token-2");
}

#[test]
fn outside_a_runtime_a_refresh_is_a_typed_error() {
    let queue = RefreshQueue::new(Refresher::new());
    let outcome = queue.credential().now_or_never().unwrap();
    assert!(matches!(
        failure(&outcome.unwrap_err()),
        RefreshFailure::RuntimeEnded
    ));
}

#[test]
fn a_queue_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<RefreshQueue<Token>>();
}

#[test]
fn a_caller_on_a_second_runtime_waits_for_the_refresh_of_the_first() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let first = std::thread::spawn({
        let queue = queue.clone();
        move || runtime().block_on(queue.credential())
    });
    runtime().block_on(async {
        gate.wait_for(1).await;
        let waiter = ask(&queue);
        others_wait().await;
        gate.open();
        assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-1");
    });
    assert_eq!(bearer(&first.join().unwrap().unwrap()), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[test]
fn a_caller_on_another_executor_waits_for_the_refresh_of_a_runtime() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let first = std::thread::spawn({
        let queue = queue.clone();
        move || runtime().block_on(queue.credential())
    });
    runtime().block_on(gate.wait_for(1));
    let mut waiter = Box::pin(queue.credential());
    assert!(waiter.as_mut().now_or_never().is_none());
    gate.open();
    assert!(first.join().unwrap().is_ok());
    let credential = waiter.now_or_never().unwrap().unwrap();
    assert_eq!(bearer(&credential), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

/// Such as the runtime of a program that calls `block_on` for each request, between two of them.
#[test]
fn a_refresh_whose_runtime_stands_still_is_given_up_by_those_who_wait_on_another() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let still = runtime();
    still.spawn({
        let queue = queue.clone();
        async move { queue.credential().await }
    });
    still.block_on(gate.wait_for(1));

    let mut second = Builder::new_current_thread();
    let second = second.enable_all().start_paused(true).build().unwrap();
    second.block_on(async {
        let error = queue.credential().await.unwrap_err();
        assert!(matches!(failure(&error), RefreshFailure::TimedOut));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let waiter = ask(&queue);
        gate.wait_for(2).await;
        gate.open();
        assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-2");
    });

    still.block_on(refresher.wait_for_finished(2));
    let credential = still.block_on(queue.credential()).unwrap();
    assert_eq!(
        bearer(&credential),
        "Bearer token-2",
        "the other came too late"
    );
    assert_eq!(refresher.runs(), 2);
}

/// Nobody waited when it should have ended, so the next caller finds out, and has a new one begun at once.
#[test]
fn a_refresh_whose_runtime_stands_still_and_for_which_nobody_waits_does_not_hold_up_who_comes_later()
 {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let still = runtime();
    let left = still.spawn({
        let queue = queue.clone();
        async move { queue.credential().await }
    });
    still.block_on(gate.wait_for(1));
    left.abort();

    let mut second = Builder::new_current_thread();
    let second = second.enable_all().start_paused(true).build().unwrap();
    second.block_on(async {
        tokio::time::sleep(Duration::from_secs(600)).await;
        let waiter = ask(&queue);
        gate.wait_for(2).await;
        gate.open();
        assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-2");
    });
    assert_eq!(refresher.runs(), 2);
}

#[test]
fn closing_does_not_wait_for_ever_for_a_refresh_whose_runtime_stands_still() {
    let gate = Gate::new();
    let queue = RefreshQueue::new(Refresher::held_at(&gate));
    let still = runtime();
    still.spawn({
        let queue = queue.clone();
        async move { queue.credential().await }
    });
    still.block_on(gate.wait_for(1));

    let mut second = Builder::new_current_thread();
    let second = second.enable_all().start_paused(true).build().unwrap();
    second.block_on(queue.close());
    assert_eq!(gate.held(), 1);
}

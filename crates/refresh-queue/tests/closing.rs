//! The end of a queue: what it waits for, and what it refuses from then on.

mod support;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use refresh_queue::{RefreshFailure, RefreshQueue};
use support::{Refresher, Token, ask, bearer, ended, failure};
use testkit::Gate;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A queue whose refreshes take seven seconds.
fn slow_queue() -> RefreshQueue<Token> {
    RefreshQueue::new(|_stale: Option<Token>| async {
        sleep(seconds(7)).await;
        Ok(Token::named("new"))
    })
}

/// Closes in a task of its own, and tells when that was done.
fn close(queue: &RefreshQueue<Token>) -> JoinHandle<Instant> {
    let queue = queue.clone();
    tokio::spawn(async move {
        queue.close().await;
        Instant::now()
    })
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_the_refresh_under_way_and_no_longer() {
    let queue = slow_queue();
    let begun = Instant::now();
    let caller = ask(&queue);
    sleep(seconds(2)).await;
    let closers = [close(&queue), close(&queue)];
    for closer in closers {
        assert_eq!(closer.await.unwrap() - begun, seconds(7));
    }
    assert_eq!(bearer(&caller.await.unwrap().unwrap()), "Bearer new");
    assert_eq!(bearer(&queue.credential().await.unwrap()), "Bearer new");
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_a_refresh_that_everyone_left() {
    let queue = slow_queue();
    assert!(timeout(seconds(1), queue.credential()).await.is_err());
    let begun = Instant::now();
    queue.close().await;
    assert_eq!(begun.elapsed(), seconds(6));
    assert!(queue.current().is_some());
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_a_refresh_ahead_of_time() {
    let clock = testkit::clock();
    let gate = Gate::new();
    let queue = RefreshQueue::builder(Refresher::held_at(&gate))
        .clock(clock.clone())
        .credential(Token::named("old").until(clock() + seconds(1_000)))
        .build();
    sleep(seconds(955)).await;
    assert_eq!(bearer(&queue.credential().await.unwrap()), "Bearer old");
    gate.wait_for(1).await;
    let closing = close(&queue);
    sleep(seconds(1)).await;
    assert!(!closing.is_finished());
    gate.open();
    closing.await.unwrap();
    assert_eq!(bearer(&queue.credential().await.unwrap()), "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn closing_an_idle_queue_is_done_at_once() {
    let queue = slow_queue();
    let begun = Instant::now();
    queue.close().await;
    queue.close().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_closed_queue_serves_what_it_has_and_refreshes_nothing_more() {
    let refresher = Refresher::new();
    let queue = RefreshQueue::new(refresher.clone());
    queue.close().await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    queue.set(Token::named("signed-in"));
    let credential = queue.credential().await.unwrap();
    assert_eq!(bearer(&credential), "Bearer signed-in");
    let error = queue.credential_after(credential).await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    assert_eq!(refresher.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_closed_queue_does_not_try_again_what_failed_before() {
    let refresher = Refresher::new().then(|| panic!("the refresher's own bug"));
    let queue = RefreshQueue::new(refresher.clone());
    assert!(queue.credential().await.is_err());
    queue.close().await;
    sleep(seconds(60)).await;
    let error = queue.credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    assert_eq!(refresher.runs(), 1);
}

/// What an overtaken refresh brings is dropped, so there is nothing to wait for.
#[tokio::test(start_paused = true)]
async fn closing_ends_when_the_program_signs_out_or_in_meanwhile() {
    let queue = slow_queue();
    let (caller, begun) = (ask(&queue), Instant::now());
    sleep(seconds(2)).await;
    let closing = close(&queue);
    sleep(seconds(1)).await;
    queue.clear();
    assert_eq!(closing.await.unwrap() - begun, seconds(3));
    assert!(ended(caller.await.unwrap().unwrap_err()).is_signed_out());

    let queue = slow_queue();
    let (caller, begun) = (ask(&queue), Instant::now());
    sleep(seconds(2)).await;
    let closing = close(&queue);
    sleep(seconds(1)).await;
    queue.set(Token::named("signed-in"));
    assert_eq!(closing.await.unwrap() - begun, seconds(3));
    assert_eq!(bearer(&caller.await.unwrap().unwrap()), "Bearer signed-in");
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_dropped_has_closed_and_the_refresh_goes_on() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let caller = ask(&queue);
    gate.wait_for(1).await;
    assert!(timeout(seconds(1), queue.close()).await.is_err());
    gate.open();
    let credential = caller.await.unwrap().unwrap();
    assert_eq!(bearer(&credential), "Bearer token-1");
    let error = queue.credential_after(credential).await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_hangs_holds_closing_up_no_longer_than_its_limit() {
    let gate = Gate::new();
    let queue = RefreshQueue::builder(Refresher::held_at(&gate))
        .timeout(seconds(9))
        .build();
    let begun = Instant::now();
    let caller = ask(&queue);
    gate.wait_for(1).await;
    queue.close().await;
    assert_eq!(begun.elapsed(), seconds(9));
    let error = caller.await.unwrap().unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_refresher_may_close_its_own_queue() {
    let own: Arc<OnceLock<RefreshQueue<Token>>> = Arc::default();
    let queue = RefreshQueue::new({
        let own = Arc::clone(&own);
        move |_stale: Option<Token>| {
            let own = Arc::clone(&own);
            async move {
                own.get().unwrap().close().await;
                Ok(Token::named("last"))
            }
        }
    });
    own.set(queue.clone()).unwrap();
    let begun = Instant::now();
    let last = queue.credential().await.unwrap();
    assert_eq!(bearer(&last), "Bearer last");
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let error = queue.credential_after(last).await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_after_closing_is_over() {
    let queue = slow_queue();
    queue.close().await;
    queue.clear();
    assert!(ended(queue.credential().await.unwrap_err()).is_signed_out());
}

//! Many queues in one map: who is forgotten, and who isn't.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, OnceLock};

use async_trait::async_trait;
use refresh_queue::{Refresh, RefreshError, RefreshFailure, RefreshQueue, SessionMap};
use support::{Refresher, Token, ask, bearer, failure, others_wait};
use testkit::Gate;

/// Queues that hold a token with the name of their session, so that one that was forgotten shows.
fn signed_in(capacity: usize) -> SessionMap<u32, Token> {
    SessionMap::new(capacity, |_: &u32| {
        RefreshQueue::builder(Refresher::new())
            .credential(Token::named("first"))
            .build()
    })
}

/// Marks the queue of this session, so that a later one in its place can be told from it.
fn mark(map: &SessionMap<u32, Token>, key: u32) {
    map.session(&key).set(Token::named("marked"));
}

async fn is_marked(map: &SessionMap<u32, Token>, key: u32) -> bool {
    bearer(&map.session(&key).credential().await.unwrap()) == "Bearer marked"
}

#[tokio::test]
async fn one_session_has_one_queue() {
    let map = signed_in(10);
    assert!(map.is_empty());
    mark(&map, 1);
    assert!(is_marked(&map, 1).await);
    assert!(!is_marked(&map, 2).await);
    assert_eq!(map.clone().len(), 2);
}

#[tokio::test]
async fn the_queue_that_was_used_longest_ago_is_forgotten() {
    let map = signed_in(2);
    mark(&map, 1);
    mark(&map, 2);
    map.session(&1);
    mark(&map, 3);
    assert_eq!(map.len(), 2);
    assert!(is_marked(&map, 1).await);
    assert!(is_marked(&map, 3).await);
    assert!(!is_marked(&map, 2).await);
}

#[tokio::test]
async fn a_map_for_one_session_holds_the_latest_and_one_for_none_does_the_same() {
    for capacity in [0, 1] {
        let map = signed_in(capacity);
        mark(&map, 1);
        assert!(is_marked(&map, 1).await);
        mark(&map, 2);
        assert_eq!(map.len(), 1);
        assert!(is_marked(&map, 2).await);
        assert!(!is_marked(&map, 1).await);
    }
}

#[tokio::test]
async fn a_queue_that_someone_holds_is_not_forgotten() {
    let map = signed_in(1);
    let held = map.session(&0);
    held.set(Token::named("marked"));
    for key in 1..=100 {
        map.session(&key);
        assert_eq!(map.len(), 2);
    }
    assert!(is_marked(&map, 0).await);
    drop(held);
    map.session(&101);
    assert_eq!(map.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_refreshes_is_not_forgotten_though_nobody_waits_for_it() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let map = SessionMap::new(1, {
        let refresher = refresher.clone();
        move |_: &u32| RefreshQueue::new(refresher.clone())
    });
    let caller = ask(&map.session(&0));
    gate.wait_for(1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());

    for key in 1..=100 {
        map.session(&key);
    }
    assert_eq!(map.len(), 2);
    gate.open();
    let credential = map.session(&0).credential().await.unwrap();
    assert_eq!(bearer(&credential), "Bearer token-1");
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test]
async fn a_hundred_queues_in_use_do_not_keep_the_map_from_forgetting_the_others() {
    let map = signed_in(10);
    let held: Vec<_> = (0..100).map(|key| map.session(&key)).collect();
    for key in 100..10_000 {
        map.session(&key);
        assert!(map.len() <= 120, "{} after session {key}", map.len());
    }
    drop(held);
    for _ in 0..10 {
        map.session(&9_999);
    }
    assert_eq!(map.len(), 10);
}

#[test]
fn threads_that_ask_for_a_new_session_at_the_same_time_get_one_queue() {
    const THREADS: usize = 8;
    let made = Arc::new(AtomicUsize::new(0));
    let all_have_made = Arc::new(Barrier::new(THREADS));
    let map = SessionMap::new(10, {
        let made = Arc::clone(&made);
        let all_have_made = Arc::clone(&all_have_made);
        move |_: &u32| {
            made.fetch_add(1, Ordering::SeqCst);
            all_have_made.wait();
            RefreshQueue::new(Refresher::new())
        }
    });
    let queues: Vec<RefreshQueue<Token>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| map.session(&1)))
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(
        made.load(Ordering::SeqCst),
        THREADS,
        "all saw that there was none"
    );
    assert_eq!(map.len(), 1);
    queues[0].set(Token::named("shared"));
    assert!(queues.iter().all(|queue| queue.current().is_some()));
}

#[tokio::test]
async fn a_queue_that_could_not_be_made_is_made_by_the_next_caller() {
    let calls = AtomicUsize::new(0);
    let map = SessionMap::new(10, move |_: &u32| {
        assert!(
            calls.fetch_add(1, Ordering::SeqCst) > 0,
            "the program's own bug"
        );
        RefreshQueue::new(Refresher::new())
    });
    let first = tokio::spawn({
        let map = map.clone();
        async move { map.session(&1) }
    });
    assert!(first.await.unwrap_err().is_panic());
    assert!(map.is_empty());
    let credential = map.session(&1).credential().await.unwrap();
    assert_eq!(bearer(&credential), "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_removed_during_its_refresh_is_finished_for_who_waits_and_begins_anew_for_others()
 {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let map = SessionMap::new(10, {
        let refresher = refresher.clone();
        move |_: &u32| RefreshQueue::new(refresher.clone())
    });
    let waiter = ask(&map.session(&1));
    gate.wait_for(1).await;
    assert!(map.remove(&1).is_some());
    assert!(map.remove(&1).is_none());
    let anew = ask(&map.session(&1));
    gate.wait_for(2).await;
    gate.open();
    assert_eq!(bearer(&waiter.await.unwrap().unwrap()), "Bearer token-1");
    assert_eq!(bearer(&anew.await.unwrap().unwrap()), "Bearer token-2");
}

#[tokio::test]
async fn a_queue_that_is_removed_can_be_signed_out_for_all_who_hold_it() {
    let map = signed_in(10);
    let held = map.session(&1);
    map.remove(&1).unwrap().clear();
    assert!(support::ended(held.credential().await.unwrap_err()).is_signed_out());
    assert!(map.session(&1).credential().await.is_ok());
}

/// A refresher that looks into the map when it goes.
struct Last(Arc<OnceLock<SessionMap<u32, Token>>>, Arc<AtomicUsize>);

#[async_trait]
impl Refresh<Token> for Last {
    async fn refresh(&self, _stale: Option<&Token>) -> Result<Token, RefreshError> {
        Ok(Token::named("new"))
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(map) = self.0.get() {
            self.1.fetch_add(map.len(), Ordering::SeqCst);
        }
    }
}

#[test]
fn a_refresher_may_use_the_map_when_it_is_dropped() {
    let seen = Arc::new(AtomicUsize::new(0));
    let own = Arc::new(OnceLock::new());
    let map = SessionMap::new(1, {
        let (own, seen) = (Arc::clone(&own), Arc::clone(&seen));
        move |_: &u32| RefreshQueue::new(Last(Arc::clone(&own), Arc::clone(&seen)))
    });
    assert!(own.set(map.clone()).is_ok());
    for key in 0..3 {
        map.session(&key);
    }
    assert_eq!(
        seen.load(Ordering::SeqCst),
        2,
        "two were forgotten, one was left each time"
    );
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_all_refreshes_under_way_at_once() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let map = SessionMap::new(10, {
        let refresher = refresher.clone();
        move |_: &u32| RefreshQueue::new(refresher.clone())
    });
    let callers: Vec<_> = (0..5).map(|key| ask(&map.session(&key))).collect();
    gate.wait_for(5).await;
    let closing = tokio::spawn({
        let map = map.clone();
        async move { map.close().await }
    });
    for landed in 1..=5 {
        others_wait().await;
        assert!(!closing.is_finished());
        gate.release(1);
        refresher.wait_for_finished(landed).await;
    }
    closing.await.unwrap();
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
    }
    assert_eq!(refresher.runs(), 5);
}

#[tokio::test]
async fn a_closed_map_makes_no_queue_that_refreshes() {
    let refresher = Refresher::new();
    let map = SessionMap::new(10, {
        let refresher = refresher.clone();
        move |_: &u32| RefreshQueue::new(refresher.clone())
    });
    map.close().await;
    let error = map.session(&1).credential().await.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    assert_eq!(refresher.runs(), 0);
}

//! Following a session: what its followers are told, and when they are told no more.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use futures_util::FutureExt;
use refresh_queue::{RefreshError, RefreshQueue, SessionStatus, SessionWatch};
use request_context::Principal;
use support::{Refresher, Token, ask};
use testkit::Gate;

/// The status in a word, with the user's name.
fn word(status: &SessionStatus) -> String {
    match status {
        SessionStatus::Unknown => "unknown".to_owned(),
        SessionStatus::SignedIn { principal } => principal
            .as_ref()
            .map_or("somebody", Principal::as_str)
            .to_owned(),
        SessionStatus::Refreshing => "refreshing".to_owned(),
        SessionStatus::SignedOut(ended) if ended.is_signed_out() => "signed out".to_owned(),
        SessionStatus::SignedOut(_) => "rejected".to_owned(),
        _ => "another".to_owned(),
    }
}

async fn told(watch: &mut SessionWatch) -> String {
    word(&watch.changed().await.expect("the queue is there"))
}

fn tells_nothing(watch: &mut SessionWatch) -> bool {
    watch.changed().now_or_never().is_none()
}

#[tokio::test(start_paused = true)]
async fn a_follower_is_told_of_each_turn_of_a_session() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate)
        .then(|| Ok(Token::named("new").of("ada")))
        .then(|| Err(RefreshError::rejected("invalid_grant")));
    let queue = RefreshQueue::new(refresher);
    let mut watch = queue.subscribe();
    assert_eq!(word(&watch.status()), "unknown");
    assert!(tells_nothing(&mut watch));

    let caller = ask(&queue);
    assert_eq!(told(&mut watch).await, "refreshing");
    gate.release(1);
    assert_eq!(told(&mut watch).await, "ada");
    let refused = caller.await.unwrap().unwrap();
    let caller = tokio::spawn({
        let queue = queue.clone();
        async move { queue.credential_after(refused).await }
    });
    assert_eq!(told(&mut watch).await, "refreshing");
    gate.release(1);
    assert_eq!(told(&mut watch).await, "rejected");
    assert!(caller.await.unwrap().is_err());
    queue.set(Token::named("bob").of("bob"));
    assert_eq!(told(&mut watch).await, "bob");
    queue.clear();
    assert_eq!(told(&mut watch).await, "signed out");
    assert!(tells_nothing(&mut watch));
}

#[tokio::test(start_paused = true)]
async fn whom_a_session_speaks_for_is_known_during_a_refresh_too() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate)
        .then(|| Ok(Token::named("new").of("ada")))
        .then(|| Err(RefreshError::rejected("invalid_grant")));
    let queue = RefreshQueue::new(refresher);
    assert_eq!(queue.principal(), None);
    queue.set(Token::named("old").of("ada"));
    let ada = Some(Principal::new("ada"));
    let refused = queue.credential().await.unwrap();
    let caller = tokio::spawn({
        let queue = queue.clone();
        async move { queue.credential_after(refused).await }
    });
    gate.wait_for(1).await;
    assert_eq!(queue.principal(), ada);
    gate.release(1);
    caller.await.unwrap().unwrap();
    assert_eq!(queue.principal(), ada);
    queue.set(Token::named("nameless"));
    assert_eq!(queue.principal(), None);
    queue.set(Token::named("bob").of("bob"));
    assert_eq!(queue.principal(), Some(Principal::new("bob")));
    queue.clear();
    assert_eq!(queue.principal(), None);
}

#[tokio::test]
async fn who_looks_late_is_told_the_latest_alone() {
    let queue = RefreshQueue::new(Refresher::new());
    let mut watch = queue.subscribe();
    queue.set(Token::named("a").of("ada"));
    queue.clear();
    queue.set(Token::named("b").of("bob"));
    assert_eq!(told(&mut watch).await, "bob");
    assert!(tells_nothing(&mut watch));
}

#[tokio::test]
async fn the_same_again_is_no_news() {
    let queue = RefreshQueue::new(Refresher::new());
    queue.set(Token::named("a").of("ada"));
    let mut watch = queue.subscribe();
    queue.set(Token::named("another").of("ada"));
    assert!(tells_nothing(&mut watch));
    queue.clear();
    assert_eq!(told(&mut watch).await, "signed out");
    queue.clear();
    assert!(tells_nothing(&mut watch));
}

#[tokio::test]
async fn who_follows_later_begins_with_the_status_of_then() {
    let queue = RefreshQueue::builder(Refresher::new())
        .credential(Token::named("a").of("ada"))
        .build();
    let mut watch = queue.subscribe();
    assert_eq!(word(&watch.status()), "ada");
    assert!(tells_nothing(&mut watch));
}

#[tokio::test]
async fn each_follower_is_told() {
    let queue = RefreshQueue::new(Refresher::new());
    let mut first = queue.subscribe();
    let mut second = first.clone();
    queue.clear();
    assert_eq!(told(&mut first).await, "signed out");
    assert_eq!(told(&mut second).await, "signed out");
}

#[tokio::test]
async fn a_wait_that_is_dropped_loses_no_change() {
    let queue = RefreshQueue::new(Refresher::new());
    let mut watch = queue.subscribe();
    assert!(
        tells_nothing(&mut watch),
        "a wait that began and was dropped"
    );
    queue.clear();
    assert_eq!(told(&mut watch).await, "signed out");
}

#[tokio::test]
async fn following_ends_with_the_queue() {
    let queue = RefreshQueue::new(Refresher::new());
    let mut watch = queue.subscribe();
    let clone = queue.clone();
    drop(queue);
    assert!(tells_nothing(&mut watch));
    clone.set(Token::named("a").of("ada"));
    drop(clone);
    assert_eq!(told(&mut watch).await, "ada");
    assert!(watch.changed().await.is_none());
    assert_eq!(word(&watch.status()), "ada");
}

#[tokio::test(start_paused = true)]
async fn following_does_not_end_before_the_last_refresh_has() {
    let gate = Gate::new();
    let queue = RefreshQueue::new(Refresher::held_at(&gate));
    let mut watch = queue.subscribe();
    let caller = ask(&queue);
    assert_eq!(told(&mut watch).await, "refreshing");
    caller.abort();
    drop(queue);
    gate.open();
    assert_eq!(told(&mut watch).await, "somebody");
    assert!(watch.changed().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_failed_leaves_the_session_as_it_was() {
    let refresher = Refresher::new().then(|| panic!("the refresher's own bug"));
    let queue = RefreshQueue::new(refresher);
    let mut watch = queue.subscribe();
    assert!(queue.credential().await.is_err());
    assert_eq!(told(&mut watch).await, "unknown");
    assert!(tells_nothing(&mut watch));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_was_overtaken_tells_nothing_when_it_ends() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let queue = RefreshQueue::new(refresher.clone());
    let caller = ask(&queue);
    gate.wait_for(1).await;
    let mut watch = queue.subscribe();
    queue.clear();
    assert_eq!(told(&mut watch).await, "signed out");
    gate.open();
    refresher.wait_for_finished(1).await;
    assert!(caller.await.unwrap().is_err());
    assert!(tells_nothing(&mut watch));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_changes_a_follower_sees_the_last_and_none_out_of_order() {
    const CHANGES: usize = 10_000;
    let queue = RefreshQueue::new(Refresher::new());
    let mut watch = queue.subscribe();
    let users: Vec<&'static str> = (0..CHANGES)
        .map(|number| &*Box::leak(format!("{number}").into_boxed_str()))
        .collect();
    let changing = std::thread::spawn(move || {
        for user in users {
            queue.set(Token::named("a").of(user));
        }
    });
    let mut seen = Vec::new();
    while let Some(status) = watch.changed().await {
        seen.push(word(&status).parse::<usize>().unwrap());
    }
    changing.join().unwrap();
    assert!(seen.is_sorted());
    assert_eq!(seen.last(), Some(&(CHANGES - 1)));
}

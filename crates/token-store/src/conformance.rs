//! A suite of promises that every store keeps. Feature `conformance`.

#![allow(
    clippy::panic,
    reason = "a test tool tells of a broken promise by a panic"
)]

mod dropping;
mod keeping;
mod locking;
mod marking;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::{LockedStore, StoreError, StoredTokens, TokenSet, TokenStore};

/// How long any one call may take.
const BOUND: Duration = Duration::from_secs(60);

/// Checks that a store keeps every promise of [`TokenStore`] and [`LockedStore`]. A test calls it for a store of its own.
///
/// `fresh` makes an empty store, each time another one, and answers two handles to it, as two programs that share the
/// store would have. Their lock is waited for in vain a few times: give them a short wait, or run the test in tokio's
/// paused time.
///
/// It runs on a tokio runtime whose time is enabled.
///
/// # Panics
///
/// When a promise is broken. The message is a sentence that says which.
///
/// ```
/// use token_store::{MemoryStore, conformance};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// conformance::check(|| async {
///     let store = MemoryStore::new();
///     (store.clone(), store)
/// })
/// .await;
/// # }
/// ```
pub async fn check<A, B, Fresh>(fresh: impl Fn() -> Fresh)
where
    A: TokenStore,
    B: TokenStore,
    Fresh: Future<Output = (A, B)>,
{
    let pair = || async {
        let (one, other) = fresh().await;
        Pair {
            one: Arc::new(one),
            other: Arc::new(other),
        }
    };
    locking::a_load_does_not_wait_for_the_lock(&pair().await).await;
    keeping::an_empty_store_holds_nothing(&pair().await).await;
    keeping::what_is_saved_is_loaded(&pair().await).await;
    keeping::a_save_replaces_everything(&pair().await).await;
    keeping::a_clear_leaves_nothing(&pair().await).await;
    marking::a_mark_is_seen_by_the_next_holder(&pair().await).await;
    marking::a_save_removes_the_mark(&pair().await).await;
    marking::a_clear_removes_the_mark(&pair().await).await;
    locking::the_lock_has_one_holder(&pair().await).await;
    dropping::a_lock_that_is_not_waited_for_is_not_taken(&pair().await).await;
    dropping::a_dropped_write_is_whole_and_in_order(&pair().await).await;
    keeping::an_empty_access_token_is_refused(&pair().await).await;
    locking::no_update_is_lost(&pair().await).await;
}

/// Two handles to one store.
struct Pair {
    one: Arc<dyn TokenStore>,
    other: Arc<dyn TokenStore>,
}

impl Pair {
    fn each(&self) -> [(&'static str, &dyn TokenStore); 2] {
        [
            ("the handle that saved", &*self.one),
            ("the other handle", &*self.other),
        ]
    }
}

#[track_caller]
fn promise(kept: bool, sentence: &str) {
    assert!(kept, "broken promise: {sentence}");
}

async fn load(store: &dyn TokenStore) -> Option<TokenSet> {
    succeed("a load", store.load()).await
}

/// The access token, as the quickest way to tell token sets from each other.
async fn access(store: &dyn TokenStore) -> Option<String> {
    Some(plain(&load(store).await?))
}

fn plain(tokens: &TokenSet) -> String {
    secrecy::ExposeSecret::expose_secret(tokens.access()).to_owned()
}

async fn lock(store: &dyn TokenStore) -> Box<dyn LockedStore> {
    succeed("taking a lock that is free", store.lock()).await
}

async fn load_locked(locked: &mut dyn LockedStore) -> Option<StoredTokens> {
    succeed("a load under the lock", locked.load()).await
}

async fn save(locked: &mut dyn LockedStore, tokens: TokenSet) {
    succeed("a save", locked.save(tokens)).await;
}

async fn clear(locked: &mut dyn LockedStore) {
    succeed("a clear", locked.clear()).await;
}

async fn succeed<T>(what: &str, call: impl Future<Output = Result<T, StoreError>>) -> T {
    match bounded(what, call).await {
        Ok(value) => value,
        Err(error) => panic!("broken promise: {what} succeeds, but: {error:?}"),
    }
}

async fn bounded<T>(what: &str, call: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(BOUND, call).await else {
        panic!("broken promise: {what} comes to an end, but it took more than {BOUND:?}");
    };
    value
}

/// Polls a future this many times, or to its end, and drops it.
async fn poll_and_drop(times: usize, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..times {
        let poll = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if poll.await.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

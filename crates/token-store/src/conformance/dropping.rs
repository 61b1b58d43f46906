//! Futures that are dropped half-way.

use super::{Pair, access, bounded, clear, load_locked, lock, plain, poll_and_drop, promise, save};
use crate::TokenSet;

/// At how many of its first polls a future is dropped.
const POLLS: usize = 6;

/// How often what was dropped gets a chance to go on all the same.
const CHANCES: usize = 20;

pub(super) async fn a_lock_that_is_not_waited_for_is_not_taken(pair: &Pair) {
    for polls in 0..POLLS {
        poll_and_drop(polls, pair.one.lock()).await;
        for store in [&pair.other, &pair.one] {
            promise(
                bounded("taking the lock", store.lock()).await.is_ok(),
                "a dropped future of a free lock leaves no lock behind",
            );
        }

        let held = lock(&*pair.one).await;
        poll_and_drop(polls, pair.one.lock()).await;
        poll_and_drop(polls, pair.other.lock()).await;
        drop(held);
        for store in [&pair.other, &pair.one] {
            promise(
                bounded("taking the lock", store.lock()).await.is_ok(),
                "a dropped future of a lock that was held leaves no lock behind",
            );
        }
    }
}

pub(super) async fn a_dropped_write_is_whole_and_in_order(pair: &Pair) {
    for polls in 0..POLLS {
        let mut locked = lock(&*pair.one).await;
        save(&mut *locked, TokenSet::new("former")).await;
        poll_and_drop(polls, locked.save(TokenSet::new("dropped"))).await;
        clear(&mut *locked).await;
        drop(locked);
        for _ in 0..CHANCES {
            tokio::task::yield_now().await;
            promise(
                access(&*pair.one).await.is_none(),
                "a clear is not undone by a save that was dropped before it",
            );
        }

        let mut locked = lock(&*pair.one).await;
        save(&mut *locked, TokenSet::new("former")).await;
        poll_and_drop(polls, locked.save(TokenSet::new("dropped"))).await;
        drop(locked);
        let mut next = lock(&*pair.other).await;
        let found = load_locked(&mut *next).await;
        let whole = found
            .is_some_and(|stored| ["former", "dropped"].contains(&plain(stored.tokens()).as_str()));
        promise(whole, "a dropped save happens or doesn't, never by half");
        save(&mut *next, TokenSet::new("next")).await;
        for _ in 0..CHANCES {
            tokio::task::yield_now().await;
            promise(
                access(&*pair.one).await.as_deref() == Some("next"),
                "a dropped save is over before the lock is given to the next holder",
            );
        }
    }
}

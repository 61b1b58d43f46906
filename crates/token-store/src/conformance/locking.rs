//! The exclusive right to write.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Pair, access, bounded, load_locked, lock, plain, promise, save};
use crate::{StoreError, TokenSet};

pub(super) async fn the_lock_has_one_holder(pair: &Pair) {
    let held = lock(&*pair.one).await;
    for store in [&pair.other, &pair.one] {
        let waiting = bounded("waiting for a lock that another holds", store.lock());
        let Err(error) = waiting.await else {
            return promise(false, "the lock is given to one holder at a time");
        };
        promise(
            matches!(error, StoreError::Busy { .. }),
            &format!("a lock that another holds is `Busy`, but: {error:?}"),
        );
    }
    drop(held);
    for store in [&pair.other, &pair.one] {
        promise(
            bounded("taking the lock", store.lock()).await.is_ok(),
            "a dropped lock is free again, for each handle",
        );
    }
}

pub(super) async fn a_load_does_not_wait_for_the_lock(pair: &Pair) {
    let _held = lock(&*pair.one).await;
    for store in [&pair.one, &pair.other] {
        let loaded = bounded("a load while the lock is held", store.load()).await;
        promise(loaded.is_ok(), "a load does not wait for the lock");
    }
}

/// Several holders add to one number, each under the lock.
pub(super) async fn no_update_is_lost(pair: &Pair) {
    const HOLDERS: usize = 4;
    const UPDATES: usize = 4;
    save(&mut *lock(&*pair.one).await, TokenSet::new("0")).await;
    let mut holders = JoinSet::new();
    for holder in 0..HOLDERS {
        let store = Arc::clone(if holder % 2 == 0 {
            &pair.one
        } else {
            &pair.other
        });
        holders.spawn(async move {
            for _ in 0..UPDATES {
                let mut locked = lock(&*store).await;
                let stored = load_locked(&mut *locked).await;
                let number = stored.and_then(|stored| plain(stored.tokens()).parse::<usize>().ok());
                // Others have a chance here, if the lock is none.
                tokio::task::yield_now().await;
                let next = number.unwrap_or_default() + 1;
                save(&mut *locked, TokenSet::new(next.to_string())).await;
            }
        });
    }
    holders.join_all().await;
    let expected = (HOLDERS * UPDATES).to_string();
    promise(
        access(&*pair.one).await == Some(expected),
        "no update under the lock is lost",
    );
}

//! The note that a refresh is under way.

use super::{Pair, access, clear, load_locked, lock, promise, save, succeed};
use crate::{LockedStore, RefreshMark, TokenSet};

fn tokens() -> TokenSet {
    TokenSet::new("a1").refresh_token("r1").in_session("s1")
}

/// Tokens with a mark, left as a crash would leave them.
async fn leave_a_mark(pair: &Pair) {
    let mut locked = lock(&*pair.one).await;
    save(&mut *locked, tokens()).await;
    if let Some(mark) = RefreshMark::of(&tokens()) {
        succeed("a mark", locked.mark(mark)).await;
    }
}

async fn is_marked(locked: &mut dyn LockedStore) -> bool {
    load_locked(locked)
        .await
        .is_some_and(|stored| stored.may_be_spent())
}

pub(super) async fn a_mark_is_seen_by_the_next_holder(pair: &Pair) {
    leave_a_mark(pair).await;
    for (_, store) in pair.each() {
        promise(
            access(store).await.as_deref() == Some("a1"),
            "a mark leaves the tokens as they are",
        );
        let stored = load_locked(&mut *lock(store).await).await;
        let same = stored.as_ref().is_some_and(|stored| {
            stored.tokens().session() == tokens().session() && stored.tokens().refresh().is_some()
        });
        promise(same, "a mark leaves the tokens as they are");
        promise(
            stored.is_some_and(|stored| stored.may_be_spent()),
            "the next holder of the lock sees the mark of a refresh that was never seen to end",
        );
    }
}

pub(super) async fn a_save_removes_the_mark(pair: &Pair) {
    leave_a_mark(pair).await;
    let mut locked = lock(&*pair.other).await;
    // The same refresh token, as of a server that doesn't rotate: the mark would be of it.
    save(&mut *locked, tokens()).await;
    promise(!is_marked(&mut *locked).await, "a save removes the mark");
}

pub(super) async fn a_clear_removes_the_mark(pair: &Pair) {
    leave_a_mark(pair).await;
    let mut locked = lock(&*pair.other).await;
    clear(&mut *locked).await;
    promise(
        load_locked(&mut *locked).await.is_none(),
        "a clear removes marked tokens",
    );
    save(&mut *locked, tokens()).await;
    promise(!is_marked(&mut *locked).await, "a clear removes the mark");
}

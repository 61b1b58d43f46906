//! What is kept, and what is not.

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use serde_json::json;

use super::{Pair, access, bounded, clear, load, load_locked, lock, promise, save, succeed};
use crate::{RefreshMark, TokenSet};

pub(super) async fn an_empty_store_holds_nothing(pair: &Pair) {
    promise(
        load(&*pair.one).await.is_none(),
        "a load of an empty store brings nothing",
    );
    let mut locked = lock(&*pair.one).await;
    promise(
        load_locked(&mut *locked).await.is_none(),
        "a load of an empty store under the lock brings nothing",
    );
    clear(&mut *locked).await;
    if let Some(mark) = RefreshMark::of(&TokenSet::new("a0").refresh_token("r0")) {
        succeed("a mark in an empty store", locked.mark(mark)).await;
    }
    promise(
        load(&*pair.one).await.is_none(),
        "a mark and a clear of an empty store leave it empty",
    );
}

pub(super) async fn what_is_saved_is_loaded(pair: &Pair) {
    // An empty id is none: it stands for one that nobody has named.
    for session in ["s1", ""] {
        let saved = in_full().in_session(session);
        promise(
            !saved.session().as_str().is_empty(),
            "no session id is empty",
        );
        save(&mut *lock(&*pair.one).await, saved.clone()).await;
        is_loaded(pair, &saved).await;
        clear(&mut *lock(&*pair.one).await).await;
    }
}

/// Tokens with each part that they can have.
fn in_full() -> TokenSet {
    // A fraction of a second is more than RFC 6749 knows.
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    TokenSet::new("a1 \u{e9}\"")
        .refresh_token("r1")
        .token_type("DPoP")
        .scope("read write")
        .expires_at(expiry)
        .with_member("id_token", "i1")
        .with_member("x_list", json!([1, { "a": null }]))
}

async fn is_loaded(pair: &Pair, saved: &TokenSet) {
    for (handle, store) in pair.each() {
        let loaded = load(store).await;
        compare(handle, loaded.as_ref(), saved);
        let stored = load_locked(&mut *lock(store).await).await;
        promise(
            stored.as_ref().is_some_and(|stored| !stored.may_be_spent()),
            "tokens that were saved have no mark",
        );
        let stored = stored.map(crate::StoredTokens::into_tokens);
        compare(&format!("{handle} under the lock"), stored.as_ref(), saved);
    }
}

fn compare(handle: &str, loaded: Option<&TokenSet>, saved: &TokenSet) {
    let Some(loaded) = loaded else {
        return promise(false, &format!("{handle} loads what was saved"));
    };
    let refresh = |tokens: &TokenSet| {
        tokens
            .refresh()
            .map(|token| token.expose_secret().to_owned())
    };
    let parts = [
        (
            "access token",
            loaded.access().expose_secret() == saved.access().expose_secret(),
        ),
        ("refresh token", refresh(loaded) == refresh(saved)),
        ("token type", loaded.scheme() == saved.scheme()),
        ("scope", loaded.scopes().eq(saved.scopes())),
        ("expiry", loaded.expiry() == saved.expiry()),
        (
            "members that nobody knows",
            loaded.members.to_map() == saved.members.to_map(),
        ),
        ("session", loaded.session() == saved.session()),
    ];
    for (part, same) in parts {
        promise(same, &format!("{handle} loads the {part} as it was saved"));
    }
}

pub(super) async fn a_save_replaces_everything(pair: &Pair) {
    let first = TokenSet::new("a1")
        .refresh_token("r1")
        .scope("read")
        .with_member("id_token", "i1");
    let second = TokenSet::new("a2");
    let mut locked = lock(&*pair.one).await;
    save(&mut *locked, first.clone()).await;
    save(&mut *locked, second.clone()).await;
    for (handle, store) in pair.each() {
        let Some(loaded) = load(store).await else {
            return promise(false, "a second save leaves its tokens");
        };
        promise(
            loaded.session() == second.session(),
            &format!("after a login {handle} loads its session, and not the former one"),
        );
        let former = loaded.refresh().is_some()
            || loaded.scopes().next().is_some()
            || loaded.member("id_token").is_some();
        promise(!former, "a save keeps nothing of the former tokens");
    }
}

pub(super) async fn a_clear_leaves_nothing(pair: &Pair) {
    let mut locked = lock(&*pair.one).await;
    save(&mut *locked, TokenSet::new("a1")).await;
    clear(&mut *locked).await;
    for (handle, store) in pair.each() {
        promise(
            access(store).await.is_none(),
            &format!("{handle} loads nothing after a clear"),
        );
    }
    promise(
        load_locked(&mut *locked).await.is_none(),
        "a load under the lock brings nothing after a clear",
    );
    save(&mut *locked, TokenSet::new("a2")).await;
    promise(
        access(&*pair.other).await.as_deref() == Some("a2"),
        "a save after a clear is loaded",
    );
}

pub(super) async fn an_empty_access_token_is_refused(pair: &Pair) {
    let mut locked = lock(&*pair.one).await;
    save(&mut *locked, TokenSet::new("a1")).await;
    promise(
        bounded("a save", locked.save(TokenSet::new("")))
            .await
            .is_err(),
        "an empty access token is refused by a save",
    );
    for (_, store) in pair.each() {
        promise(
            access(store).await.as_deref() == Some("a1"),
            "an empty access token leaves the former ones as they were",
        );
    }
}

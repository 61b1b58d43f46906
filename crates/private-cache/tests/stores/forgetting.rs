//! What is dropped is gone, and its bytes are given back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use private_cache::{Key, Scope, Store};
use tokio::time::timeout;

use crate::answers::{ada, answer, bob, found, key};
use crate::drawer::Drawer;

/// Stores 20 answers for each of three.
async fn filled(drawer: &Drawer) -> Vec<(Scope, Vec<Key>)> {
    let store = drawer.store();
    let mut all = Vec::new();
    for scope in [ada(), bob(), Scope::Anonymous] {
        let keys: Vec<_> = (0..20).map(|n| key(&scope, &n.to_string())).collect();
        for key in &keys {
            store.put(key.clone(), answer(b"body")).await;
        }
        all.push((scope, keys));
    }
    all
}

async fn count(store: &impl Store, keys: &[Key]) -> usize {
    let mut count = 0;
    for key in keys {
        count += usize::from(found(store, key).await.is_some());
    }
    count
}

/// Waits until the background has deleted all but so many.
async fn until_answers(drawer: &Drawer, left: usize) {
    let deleted = async {
        while drawer.answers() > left {
            tokio::task::yield_now().await;
        }
    };
    let waited = timeout(Duration::from_secs(30), deleted).await;
    assert!(waited.is_ok(), "{} answers are left", drawer.answers());
    assert_eq!(drawer.answers(), left);
}

#[tokio::test]
async fn forget_drops_what_one_principal_has_and_nothing_else() {
    let drawer = Drawer::default();
    let all = filled(&drawer).await;
    // After a restart, which knows from the index alone whose is what.
    let store = drawer.store();
    store.forget(&ada()).await;
    for (store, when) in [(&store, "then"), (&drawer.store(), "after a restart")] {
        for (scope, keys) in &all {
            let kept = if *scope == ada() { 0 } else { 20 };
            assert_eq!(count(store, keys).await, kept, "{scope:?} {when}");
        }
    }
    until_answers(&drawer, 40).await;
}

#[tokio::test]
async fn clear_drops_everything() {
    let drawer = Drawer::default();
    let all = filled(&drawer).await;
    let store = drawer.store();
    store.clear().await;
    for (_, keys) in &all {
        assert_eq!(count(&store, keys).await, 0);
    }
    until_answers(&drawer, 0).await;
}

#[tokio::test]
async fn a_store_that_dies_while_it_deletes_has_its_successor_delete() {
    let drawer = Drawer::default();
    let all = filled(&drawer).await;
    drawer.dies_deleting.store(true, Ordering::Relaxed);
    drawer.store().forget(&ada()).await;
    assert_eq!(drawer.answers(), 60);
    drawer.dies_deleting.store(false, Ordering::Relaxed);

    let successor = drawer.store();
    assert_eq!(count(&successor, &all[0].1).await, 0);
    assert_eq!(count(&successor, &all[1].1).await, 20);
    until_answers(&drawer, 40).await;
}

#[tokio::test]
async fn an_answer_that_is_stored_again_while_the_old_one_is_deleted_stays() {
    let drawer = Drawer::default();
    let all = filled(&drawer).await;
    let store = drawer.store();
    store.forget(&ada()).await;
    for key in &all[0].1 {
        store.put(key.clone(), answer(b"again")).await;
    }
    assert_eq!(count(&store, &all[0].1).await, 20);
    // Whatever is to be deleted has had its turn when this has.
    store.forget(&bob()).await;
    until_answers(&drawer, 40).await;
    assert_eq!(count(&store, &all[0].1).await, 20);
}

#[tokio::test]
async fn a_full_store_drops_what_was_not_used_for_longest_and_gives_its_bytes_back() {
    let drawer = Drawer::default();
    let store = drawer.store();
    let key = |n: usize| key(&ada(), &n.to_string());
    // A bit more than 100,000 bytes each: nine fit into a million.
    for n in 0..9 {
        store.put(key(n), answer(&vec![7; 100_000])).await;
    }
    assert!(found(&store, &key(0)).await.is_some());
    store.put(key(9), answer(&vec![7; 100_000])).await;
    assert_eq!(found(&store, &key(1)).await, None);
    assert!(found(&store, &key(0)).await.is_some());
    until_answers(&drawer, 9).await;
    assert!(drawer.size() < 1_000_000, "{}", drawer.size());

    // More than an eighth.
    store.put(key(0), answer(&vec![7; 125_001])).await;
    assert_eq!(found(&store, &key(0)).await, None);
    until_answers(&drawer, 8).await;
}

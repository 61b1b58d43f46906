//! What is not what was written is nothing.

use std::sync::atomic::Ordering;

use futures_util::FutureExt;
use private_cache::{Scope, Store};

use crate::answers::{ada, answer, found, key};
use crate::drawer::Drawer;

#[tokio::test]
async fn what_was_put_is_found_after_a_restart_too() {
    let drawer = Drawer::default();
    let store = drawer.store();
    let key = key(&ada(), "a?b");
    assert_eq!(found(&store, &key).await, None);
    store.put(key.clone(), answer(b"first")).await;
    store.put(key.clone(), answer(b"second")).await;
    assert_eq!(found(&store, &key).await.unwrap(), "second");
    assert_eq!(found(&store.clone(), &key).await.unwrap(), "second");
    assert_eq!(found(&drawer.store(), &key).await.unwrap(), "second");
    store.remove(&key).await;
    assert_eq!(found(&store, &key).await, None);
    assert_eq!(found(&drawer.store(), &key).await, None);
    assert_eq!(drawer.answers(), 0);
}

#[tokio::test]
async fn what_a_manager_holds_tells_neither_urls_nor_users_in_its_names() {
    let drawer = Drawer::default();
    drawer
        .store()
        .put(key(&ada(), "hunter2"), answer(b""))
        .await;
    let names = drawer.names();
    assert_eq!(names.len(), 2);
    let names = names.concat();
    assert!(
        !names.contains("hunter2") && !names.contains("ada"),
        "{names}"
    );
}

type Damage = fn(&mut Vec<u8>);

const DAMAGES: [(&str, Damage); 9] = [
    ("empty", Vec::clear),
    ("cut at its end", |bytes| _ = bytes.pop()),
    ("cut in half", |bytes| bytes.truncate(bytes.len() / 2)),
    ("cut at its beginning", |bytes| _ = bytes.remove(0)),
    ("longer", |bytes| bytes.push(0)),
    ("changed at its end", |bytes| {
        *bytes.last_mut().unwrap() ^= 1;
    }),
    ("of a later version", |bytes| bytes[14] = b'2'),
    ("of another program", |bytes| {
        *bytes = br#"{"body":"garbage"}"#.to_vec();
    }),
    ("zeros", |bytes| bytes.fill(0)),
];

#[tokio::test]
async fn a_damaged_or_foreign_entry_is_a_miss_and_is_replaced() {
    let drawer = Drawer::default();
    let key = key(&ada(), "a");
    drawer.store().put(key.clone(), answer(b"good")).await;
    let names = drawer.names();
    assert_eq!(names.len(), 2, "an answer, and the index's page: {names:?}");
    for name in names {
        let good = drawer.bytes(&name);
        for (how, damage) in DAMAGES {
            drawer.damage(&name, damage);
            let store = drawer.store();
            assert_eq!(found(&store, &key).await, None, "{name} {how}");
            store.put(key.clone(), answer(b"good")).await;
            assert_eq!(found(&store, &key).await.unwrap(), "good", "{name} {how}");
            assert_eq!(drawer.bytes(&name), good, "{name} {how}");
        }
    }
}

#[tokio::test]
async fn an_answer_under_the_name_of_another_is_a_miss() {
    let drawer = Drawer::default();
    let store = drawer.store();
    let (of_ada, of_all) = (key(&ada(), "a"), key(&Scope::Anonymous, "a"));
    store.put(of_all.clone(), answer(b"of all")).await;
    let names = drawer.names();
    let first = names.iter().find(|name| name.contains("answer")).unwrap();
    let bytes = drawer.bytes(first);
    store.put(of_ada.clone(), answer(b"of ada")).await;
    for name in drawer.names() {
        if name.contains("answer") {
            drawer.damage(&name, |other| other.clone_from(&bytes));
        }
    }
    assert_eq!(found(&store, &of_all).await.unwrap(), "of all");
    assert_eq!(found(&store, &of_ada).await, None);
}

#[tokio::test]
async fn a_manager_that_fails_holds_nothing_and_disturbs_nobody() {
    let drawer = Drawer::default();
    let store = drawer.store();
    let key = key(&ada(), "a");
    store.put(key.clone(), answer(b"a")).await;
    drawer.fails.store(true, Ordering::Relaxed);
    assert_eq!(found(&store, &key).await, None);
    store.put(key.clone(), answer(b"b")).await;
    store.forget(&ada()).await;
    store.clear().await;
    store.remove(&key).await;
    drawer.fails.store(false, Ordering::Relaxed);
    assert_eq!(found(&store, &key).await, None);
}

#[test]
fn outside_a_runtime_it_holds_nothing() {
    let store = Drawer::default().store();
    let key = key(&ada(), "a");
    store.put(key.clone(), answer(b"a")).now_or_never().unwrap();
    assert!(store.get(&key).now_or_never().unwrap().is_none());
}

/// What could not be replaced must not be found in the place of what it was to be replaced by.
#[tokio::test]
async fn an_answer_that_can_not_be_written_takes_the_former_one_away() {
    let drawer = Drawer::default();
    let store = drawer.store();
    let key = key(&ada(), "a");
    store.put(key.clone(), answer(b"former")).await;
    drawer.is_full.store(true, Ordering::Relaxed);
    store.put(key.clone(), answer(b"latter")).await;
    assert_eq!(found(&store, &key).await, None);
    assert_eq!(found(&drawer.store(), &key).await, None);
    drawer.is_full.store(false, Ordering::Relaxed);
    store.put(key.clone(), answer(b"latter")).await;
    assert_eq!(found(&store, &key).await.unwrap(), "latter");
}

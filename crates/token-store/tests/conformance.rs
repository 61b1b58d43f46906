//! The suite of promises, on each store, and on stores that break one of them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "conformance/breakage.rs"]
mod breakage;
#[path = "conformance/broken.rs"]
mod broken;

use std::any::Any;

use breakage::Breakage;
use broken::Broken;
use token_store::{FileStore, MemoryStore, conformance};

#[tokio::test(start_paused = true)]
async fn the_memory_store_keeps_every_promise() {
    conformance::check(|| async {
        let store = MemoryStore::new();
        (store.clone(), store)
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn two_handles_of_a_file_store_keep_every_promise() {
    let root = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    conformance::check(|| async {
        next.set(next.get() + 1);
        let path = root.path().join(next.get().to_string()).join("tokens.json");
        (FileStore::new(&path), FileStore::new(&path))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn two_clones_of_a_file_store_keep_every_promise() {
    let root = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    conformance::check(|| async {
        next.set(next.get() + 1);
        let store = FileStore::new(root.path().join(next.get().to_string()));
        (store.clone(), store)
    })
    .await;
}

#[cfg(feature = "keyring")]
#[tokio::test(start_paused = true)]
async fn the_keyring_store_keeps_every_promise() {
    use keyring_core::api::CredentialStoreApi;
    use token_store::KeyringStore;

    let root = tempfile::tempdir().unwrap();
    let keyring = keyring_core::mock::Store::new().unwrap();
    let next = std::cell::Cell::new(0);
    conformance::check(|| async {
        next.set(next.get() + 1);
        let user = next.get().to_string();
        let handle = || {
            let entry = keyring.build("token-store", &user, None).unwrap();
            KeyringStore::new(entry, root.path().join(&user).join("lock"))
        };
        (handle(), handle())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_suite_has_nothing_against_a_store_that_is_only_wrapped() {
    assert_eq!(complaint(Breakage::None).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_suite_notices_each_kind_of_breakage() {
    for (breakage, sentence) in breakage::KINDS {
        let complaint = complaint(breakage).await;
        let complaint = complaint.unwrap_or_else(|| panic!("{breakage:?} was not noticed"));
        assert!(complaint.contains(sentence), "{breakage:?}: {complaint}");
    }
}

/// What the suite has to say about such a store.
async fn complaint(breakage: Breakage) -> Option<String> {
    let checking = tokio::spawn(conformance::check(
        move || async move { Broken::pair(breakage) },
    ));
    let panic: Box<dyn Any + Send> = checking.await.err()?.into_panic();
    Some(*panic.downcast::<String>().unwrap())
}

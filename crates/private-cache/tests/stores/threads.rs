//! How many threads for blocking work a store takes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use private_cache::Store;
use tokio::time::timeout;

use crate::answers::{ada, answer, key};
use crate::drawer::Drawer;

/// Each look-up waits on one thread, and its manager needs another: all threads may not be taken by those who wait.
#[test]
fn any_number_of_look_ups_leaves_threads_to_a_manager_that_needs_some_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(16)
        .build()
        .unwrap();
    let drawer = Drawer::default();
    let store = drawer.store();
    let outcome = runtime.block_on(async {
        let key = key(&ada(), "a");
        store.put(key.clone(), answer(b"a")).await;
        drawer.blocks.store(true, Ordering::Relaxed);
        let look_ups = (0..64).map(|_| store.get(&key));
        timeout(Duration::from_secs(30), join_all(look_ups)).await
    });
    // Those that wait for ever would be waited for.
    runtime.shutdown_background();
    let found = outcome.expect("the look-ups hold each other up");
    assert_eq!(found.iter().flatten().count(), 64);
}

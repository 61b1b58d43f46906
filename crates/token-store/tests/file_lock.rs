//! The lock among handles, threads and processes, and what is done under it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::time::Duration;

use futures_util::FutureExt;
use support::{Home, access, events, mark_of, process, save, tokens};
use token_store::{ExposeSecret, FileStore, StoreError, TokenSet, TokenStore};

const CHILD: &str = "in_a_process_of_its_own";

#[tokio::test(start_paused = true)]
async fn the_lock_of_another_handle_or_clone_is_waited_for_in_vain_and_then_busy() {
    let home = Home::new();
    let store = home.store().lock_timeout(Duration::from_secs(5));
    let held = store.lock().await.unwrap();
    let other = home.store().lock_timeout(Duration::from_secs(5));
    for waiting in [&store, &other] {
        let begun = tokio::time::Instant::now();
        let Err(StoreError::Busy { waited }) = waiting.lock().await else {
            panic!("the lock was given twice");
        };
        assert_eq!(waited, Duration::from_secs(5));
        assert_eq!(begun.elapsed(), waited);
    }
    drop(held);
    for waiting in [store, other] {
        // A lock that is free is taken without any patience.
        let waiting = waiting.lock_timeout(Duration::ZERO);
        waiting.lock().await.map(drop).unwrap();
    }
}

#[test]
fn sixteen_threads_lose_no_update() {
    const THREADS: usize = 16;
    const UPDATES: usize = 12;
    let home = Home::new();
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            // A handle and a runtime for each, as programs of their own have them.
            let store = home.store().lock_timeout(Duration::from_secs(300));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.unwrap().block_on(async {
                    for _ in 0..UPDATES {
                        add_one(&store).await;
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let text = fs::read_to_string(home.file()).unwrap();
    let expected = format!("\"access_token\":\"{}\"", THREADS * UPDATES);
    assert!(text.contains(&expected), "{text}");
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

async fn add_one(store: &FileStore) {
    let mut locked = store.lock().await.unwrap();
    let stored = locked.load().await.unwrap();
    let number = stored.map_or(0, |stored| {
        stored
            .tokens()
            .access()
            .expose_secret()
            .parse::<usize>()
            .unwrap()
    });
    locked
        .save(TokenSet::new((number + 1).to_string()))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_a_process_is_respected_until_it_dies() {
    let home = Home::new();
    let child = process::command(CHILD, "hold the lock", &home.file());
    let mut child = process::start_until("the lock is held", child);
    let store = home.store();
    assert!(store.lock().await.map(drop).unwrap_err().is_busy());

    child.kill().unwrap();
    child.wait().unwrap();
    store.lock().await.map(drop).unwrap();
}

#[test]
fn a_process_that_dies_at_any_step_leaves_whole_tokens_and_no_lock() {
    for (step, expected, marked) in [
        ("locked", "a1", false),
        ("temporary file written during mark", "a1", false),
        ("renamed during mark", "a1", true),
        ("marked", "a1", true),
        ("temporary file written during save", "a1", true),
        ("renamed during save", "a2", false),
        ("saved", "a2", false),
        ("unlocking", "a2", false),
    ] {
        let home = Home::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            save(&home.store(), tokens(1)).await.unwrap();
            let output = process::command(CHILD, step, &home.file())
                .output()
                .unwrap();
            assert!(!output.status.success(), "{step} was never taken");
            assert!(
                !process::text(&output).contains("panicked"),
                "{}",
                process::text(&output)
            );

            assert_eq!(
                access(&home.store()).await.as_deref(),
                Some(expected),
                "{step}"
            );
            let store = home.store().lock_timeout(Duration::ZERO);
            let mut locked = store.lock().await.unwrap();
            let stored = locked.load().await.unwrap().unwrap();
            assert_eq!(stored.may_be_spent(), marked, "{step}");
            locked.save(tokens(3)).await.unwrap();
            assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"], "{step}");
        });
    }
}

#[tokio::test]
async fn each_step_is_told_once_and_in_order_and_without_a_secret() {
    events::record();
    let home = Home::new();
    let mut locked = home.store().lock().await.unwrap();
    locked
        .save(TokenSet::new("hunter2").refresh_token("hunter3"))
        .await
        .unwrap();
    let saved = locked.load().await.unwrap().unwrap().into_tokens();
    locked.mark(mark_of(&saved)).await.unwrap();
    locked.clear().await.unwrap();
    drop(locked);
    let seen = events::seen(home.folder());
    let names: Vec<String> = seen.iter().map(events::Seen::name).collect();
    assert_eq!(
        names,
        [
            "locked",
            "temporary file written during save",
            "renamed during save",
            "saved",
            "temporary file written during mark",
            "renamed during mark",
            "marked",
            "cleared",
            "unlocking",
        ]
    );
    assert!(!format!("{seen:?}").contains("hunter"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_nobody_waits_for_goes_on_and_keeps_the_lock_until_it_is_over() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    let name = "temporary file written during save";
    let (reached, go_on) = events::stop_at(home.folder(), name);

    let mut locked = home.store().lock().await.unwrap();
    let mut saving = locked.save(tokens(2));
    assert!((&mut saving).now_or_never().is_none());
    tokio::task::spawn_blocking(move || reached.recv().unwrap())
        .await
        .unwrap();
    drop(saving);
    drop(locked);

    // It has stopped half-way: nobody sees it, and nobody gets the lock.
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
    let impatient = home.store().lock_timeout(Duration::ZERO);
    assert!(impatient.lock().await.map(drop).unwrap_err().is_busy());

    go_on.send(()).unwrap();
    let mut next = home.store().lock().await.unwrap();
    let stored = next.load().await.unwrap().unwrap();
    assert_eq!(stored.tokens().access().expose_secret(), "a2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clear_waits_for_a_save_that_was_dropped_before_it() {
    let home = Home::new();
    let name = "temporary file written during save";
    let (reached, go_on) = events::stop_at(home.folder(), name);
    let mut locked = home.store().lock().await.unwrap();
    assert!(locked.save(tokens(1)).now_or_never().is_none());
    tokio::task::spawn_blocking(move || reached.recv().unwrap())
        .await
        .unwrap();

    let mut clearing = locked.clear();
    assert!((&mut clearing).now_or_never().is_none());
    go_on.send(()).unwrap();
    clearing.await.unwrap();
    assert_eq!(access(&home.store()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_ends_during_a_save_leaves_it_whole() {
    let home = Home::new();
    let (reached, go_on) = events::stop_at(home.folder(), "temporary file written during save");
    let store = home.store();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.spawn(async move { save(&store, tokens(1)).await });
    tokio::task::spawn_blocking(move || reached.recv().unwrap())
        .await
        .unwrap();
    runtime.shutdown_background();
    go_on.send(()).unwrap();
    home.store().lock().await.map(drop).unwrap();
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn in_a_process_of_its_own() {
    let Some((role, path)) = process::role() else {
        return;
    };
    let store = FileStore::new(path);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        if role == "hold the lock" {
            let _held = store.lock().await.unwrap();
            println!("the lock is held");
            return std::future::pending().await;
        }
        // Any other role is the name of a step to die at.
        events::abort_at(&role);
        let mut locked = store.lock().await.unwrap();
        locked.mark(mark_of(&tokens(1))).await.unwrap();
        locked.save(tokens(2)).await.unwrap();
    });
}

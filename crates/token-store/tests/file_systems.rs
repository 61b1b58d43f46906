//! File systems that are full or read-only: small ones, mounted for a process of their own.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use support::{Home, access, mark_of, process, save, tokens};
use token_store::{FileStore, StoreError, TokenStore};

const CHILD: &str = "in_a_process_of_its_own";

/// Plays a role with a file system of its own in the home's folder, which nobody else sees, after some lines of shell.
#[allow(clippy::print_stdout, reason = "a test that is left out has to say so")]
fn play(role: &str, shell: &str) {
    let home = Home::new();
    let mount = format!(
        "set -e; mount -t tmpfs -o size=256k,mode=700 tokens '{}'",
        home.folder().display()
    );
    let unshared = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]);
        command
    };
    let tried = unshared(&mount).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        println!("LEFT OUT: {role}: this system lets us mount nothing");
        return;
    }
    let script = format!("{mount}\n{shell}\nexec \"$0\" \"$@\"");
    let mut child = unshared(&script);
    process::run_by(&mut child, CHILD, role, &home.file());
    process::succeeds(child);
    assert!(home.names().is_empty());
}

#[test]
fn a_full_disk_keeps_its_tokens_and_takes_new_ones_when_there_is_room_again() {
    play("full", "");
}

#[test]
fn tokens_that_are_mounted_read_only_can_be_read_without_a_session() {
    play(
        "read-only",
        r#"cd "$TOKEN_STORE_TEST_PATH/.."
        umask 077
        printf '{"access_token":"a1","refresh_token":"r1","expires_in":60}' > tokens.json
        mount -o remount,ro tokens ."#,
    );
}

fn kind(refused: Result<(), StoreError>) -> ErrorKind {
    match refused.unwrap_err() {
        StoreError::Io { source, .. } => source.kind(),
        other => panic!("another error: {other:?}"),
    }
}

async fn on_a_full_disk(path: &Path) {
    let folder = path.parent().unwrap();
    let store = FileStore::new(path);
    save(&store, tokens(1)).await.unwrap();
    let filling = folder.join("filling");
    let mut file = File::create(&filling).unwrap();
    let full = loop {
        if let Err(full) = file.write_all(&[b'x'; 1024]) {
            break full;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);

    let mut locked = store.lock().await.unwrap();
    assert_eq!(
        kind(locked.mark(mark_of(&tokens(1))).await),
        ErrorKind::StorageFull
    );
    assert_eq!(kind(locked.save(tokens(2)).await), ErrorKind::StorageFull);
    let stored = locked.load().await.unwrap().unwrap();
    assert!(!stored.may_be_spent());
    assert_eq!(access(&store).await.as_deref(), Some("a1"));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);

    drop(file);
    fs::remove_file(&filling).unwrap();
    locked.mark(mark_of(&tokens(1))).await.unwrap();
    locked.save(tokens(2)).await.unwrap();
    assert_eq!(access(&store).await.as_deref(), Some("a2"));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
}

async fn on_a_read_only_mount(path: &Path) {
    let store = FileStore::new(path);
    let first = store.load().await.unwrap().unwrap();
    let again = FileStore::new(path).load().await.unwrap().unwrap();
    assert_eq!(first.session(), again.session());
    assert_eq!(first.expiry(), again.expiry());
    assert!(first.expiry().is_some() && first.refresh().is_some());
    assert_eq!(
        kind(store.lock().await.map(drop)),
        ErrorKind::ReadOnlyFilesystem
    );
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn in_a_process_of_its_own() {
    let Some((role, path)) = process::role() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        match role.as_str() {
            "full" => on_a_full_disk(path.as_ref()).await,
            "read-only" => on_a_read_only_mount(path.as_ref()).await,
            other => panic!("no role: {other}"),
        }
    });
}

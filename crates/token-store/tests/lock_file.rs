//! What is taken for a lock file, and what isn't.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::{Home, access, chmod, events, save, tokens};
use token_store::{FileStore, StoreError, TokenStore};

const STRANGER: u32 = 12_345;

fn lock_path(home: &Home) -> PathBuf {
    home.path("tokens.json.lock")
}

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// The lock is refused because of the lock file, again and again, in paused time: what hangs is never refused.
async fn is_refused(home: &Home) -> ErrorKind {
    let store = home.store().lock_timeout(Duration::from_secs(2));
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let error = store.lock().await.map(drop).unwrap_err();
        assert_eq!(error.path(), Some(lock_path(home).as_path()), "{error:?}");
        let StoreError::Io { source, .. } = error else {
            panic!("another error: {error:?}");
        };
        kinds.push(source.kind());
    }
    assert_eq!(kinds[0], kinds[1]);
    kinds[0]
}

#[tokio::test]
async fn a_pipe_is_no_lock_file_and_nothing_waits_for_its_other_end() {
    let home = Home::new();
    make_pipe(&lock_path(&home));
    assert_eq!(is_refused(&home).await, ErrorKind::InvalidInput);
    // One that has another end would let itself be opened.
    let _other_end = File::options()
        .read(true)
        .write(true)
        .open(lock_path(&home))
        .unwrap();
    assert_eq!(is_refused(&home).await, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_socket_and_a_folder_are_no_lock_files() {
    let home = Home::new();
    let socket = UnixListener::bind(lock_path(&home)).unwrap();
    assert_eq!(is_refused(&home).await, ErrorKind::InvalidInput);
    drop(socket);
    fs::remove_file(lock_path(&home)).unwrap();
    fs::create_dir(lock_path(&home)).unwrap();
    assert_eq!(is_refused(&home).await, ErrorKind::IsADirectory);
}

#[tokio::test]
async fn a_lock_file_that_is_a_link_is_not_followed() {
    let home = Home::new();
    fs::write(home.path("victim"), "x").unwrap();
    symlink("victim", lock_path(&home)).unwrap();
    assert_eq!(is_refused(&home).await, ErrorKind::InvalidInput);
    fs::remove_file(home.path("victim")).unwrap();
    assert_eq!(is_refused(&home).await, ErrorKind::InvalidInput);
    assert_eq!(home.names(), ["tokens.json.lock"]);
}

#[tokio::test]
async fn a_lock_file_of_another_user_is_refused_unless_told_otherwise() {
    events::record();
    let home = Home::new();
    chmod(home.folder(), 0o1777);
    fs::write(lock_path(&home), "").unwrap();
    chmod(&lock_path(&home), 0o666);
    if chown(lock_path(&home), Some(STRANGER), None).is_err() {
        println!("left out: only root can give a file away");
        return;
    }
    let error = home.store().lock().await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Exposed { .. }), "{error:?}");
    assert_eq!(error.path(), Some(lock_path(&home).as_path()));
    let text = error.to_string();
    assert!(text.contains("a folder of your own"), "{text}");

    let store = home.store().refuse_exposed(false);
    save(&store, tokens(1)).await.unwrap();
    save(&store, tokens(2)).await.unwrap();
    assert_eq!(access(&store).await.as_deref(), Some("a2"));
    let warnings = events::seen(home.folder());
    let warnings = warnings.iter().filter(|seen| seen.warning).count();
    assert_eq!(warnings, 1);
}

#[tokio::test]
async fn a_lock_file_that_is_gone_is_made_anew() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    fs::remove_file(lock_path(&home)).unwrap();
    let store = FileStore::new(home.file()).lock_timeout(Duration::ZERO);
    save(&store, tokens(2)).await.unwrap();
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

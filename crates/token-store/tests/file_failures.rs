//! What the file system can refuse: each is a typed error, and nothing is lost.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{chown, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use support::{Home, access, chmod, mark_of, process, save, tokens};
use token_store::{FileStore, StoreError, TokenStore};

/// What was refused, and on which path.
fn io(error: &StoreError) -> (ErrorKind, PathBuf) {
    let StoreError::Io { source, path, .. } = error else {
        panic!("another error: {error:?}");
    };
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    assert!(std::error::Error::source(error).is_some());
    (source.kind(), path.clone())
}

#[tokio::test]
async fn a_path_that_is_no_file_is_refused_by_each_call() {
    let home = Home::new();
    fs::create_dir(home.path("folder")).unwrap();
    let _socket = UnixListener::bind(home.path("socket")).unwrap();
    fs::write(home.path("file"), "").unwrap();
    for (name, kind) in [
        ("folder", ErrorKind::IsADirectory),
        ("socket", ErrorKind::InvalidInput),
        ("file/tokens.json", ErrorKind::NotADirectory),
    ] {
        let store = FileStore::new(home.path(name));
        for error in [
            store.load().await.map(drop).unwrap_err(),
            store.lock().await.map(drop).unwrap_err(),
        ] {
            assert_eq!(io(&error), (kind, home.path(name)));
        }
    }
    assert_eq!(home.names(), ["file", "folder", "socket"]);
}

#[tokio::test]
async fn a_lock_file_that_can_not_be_one_is_an_error() {
    let home = Home::new();
    fs::create_dir(home.path("tokens.json.lock")).unwrap();
    let error = home.store().lock().await.map(drop).unwrap_err();
    assert_eq!(io(&error).1, home.path("tokens.json.lock"));

    fs::remove_dir(home.path("tokens.json.lock")).unwrap();
    symlink("missing/lock", home.path("tokens.json.lock")).unwrap();
    let error = home.store().lock().await.map(drop).unwrap_err();
    assert_eq!(io(&error).1, home.path("tokens.json.lock"));
}

#[tokio::test]
async fn a_folder_that_can_not_be_made_or_written_to_is_an_error() {
    let home = Home::new();
    fs::write(home.path("file"), "").unwrap();
    let error = FileStore::new(home.path("file/a/tokens.json")).lock().await;
    io(&error.map(drop).unwrap_err());

    if !Path::new("/sys/kernel").is_dir() {
        println!("left out: there is no /sys, which not even root can write to");
        return;
    }
    for (path, failed) in [
        ("/sys/token-store/tokens.json", "/sys/token-store"),
        ("/sys/kernel/tokens.json", "/sys/kernel/tokens.json.lock"),
    ] {
        let error = FileStore::new(path).lock().await.map(drop).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(failed), "{message}");
        io(&error);
    }
}

/// A folder with tokens in it, for a process that is not root: of its user, where we are root.
fn prepared() -> Home {
    let home = Home::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .unwrap()
        .block_on(save(&home.store(), tokens(1)))
        .unwrap();
    home
}

const NOBODY: u32 = 65_534;

#[test]
fn a_read_only_folder_keeps_its_tokens() {
    let home = prepared();
    let mut child = process::command("in_a_process_of_its_own", "read-only", &home.file());
    for path in [
        home.folder().to_owned(),
        home.file(),
        home.path("tokens.json.lock"),
    ] {
        // Modes mean nothing to root.
        if chown(path, Some(NOBODY), Some(NOBODY)).is_ok() {
            child.uid(NOBODY).gid(NOBODY);
        }
    }
    chmod(home.folder(), 0o500);
    match child.output() {
        Ok(output) => process::succeeded(&output),
        Err(error) => println!("left out: another user can't run this program: {error}"),
    }
    chmod(home.folder(), 0o700);
    assert!(fs::read_to_string(home.file()).unwrap().contains("\"a1\""));
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

#[test]
fn a_full_disk_keeps_its_tokens() {
    let home = prepared();
    let before = fs::read(home.file()).unwrap();
    // No file may grow, and the signal that tells so is turned off: a write fails as it does on a full disk.
    let shell = "trap '' XFSZ; ulimit -f 0";
    let child = process::command_after(shell, "in_a_process_of_its_own", "full", &home.file());
    process::succeeds(child);
    assert_eq!(fs::read(home.file()).unwrap(), before);
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

#[test]
fn a_full_disk_keeps_what_can_not_be_read_where_it_is() {
    let home = Home::new();
    home.put("{");
    let shell = "trap '' XFSZ; ulimit -f 0";
    let child = process::command_after(shell, "in_a_process_of_its_own", "full", &home.file());
    process::succeeds(child);
    assert_eq!(fs::read(home.file()).unwrap(), b"{");
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
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
        let store = FileStore::new(path);
        let mut locked = store.lock().await.unwrap();
        let marked = locked.mark(mark_of(&tokens(1))).await;
        let saved = locked.save(tokens(2)).await.unwrap_err();
        match role.as_str() {
            "read-only" => {
                for error in [
                    marked.unwrap_err(),
                    saved,
                    locked.clear().await.unwrap_err(),
                ] {
                    assert_eq!(io(&error).0, ErrorKind::PermissionDenied);
                }
                assert_eq!(access(&store).await.as_deref(), Some("a1"));
            }
            "full" => {
                assert!(marked.is_err());
                assert_eq!(io(&saved).0, ErrorKind::FileTooLarge);
            }
            other => panic!("no role: {other}"),
        }
    });
}

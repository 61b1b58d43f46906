//! Token files behind symbolic links.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use support::{Home, access, save, tokens};
use token_store::{FileStore, StoreError, TokenStore};

#[tokio::test]
async fn a_save_replaces_what_a_link_leads_to_and_not_the_link() {
    let home = Home::new();
    fs::create_dir(home.path("real")).unwrap();
    let target = home.path("real/session.json");
    save(&FileStore::new(&target), tokens(1)).await.unwrap();
    symlink("real/session.json", home.file()).unwrap();

    let store = home.store();
    assert_eq!(access(&store).await.as_deref(), Some("a1"));
    save(&store, tokens(2)).await.unwrap();
    assert!(home.file().symlink_metadata().unwrap().is_symlink());
    assert_eq!(
        access(&FileStore::new(&target)).await.as_deref(),
        Some("a2")
    );
    // The lock and what is written on the way are beside the target.
    assert_eq!(home.names(), ["real", "tokens.json"]);
    let beside = fs::read_dir(home.path("real")).unwrap().count();
    assert_eq!(beside, 2);
}

#[tokio::test(start_paused = true)]
async fn two_paths_to_a_file_share_its_lock() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    symlink("tokens.json", home.path("link.json")).unwrap();
    symlink(home.folder(), home.path("folder")).unwrap();
    let held = home.store().lock().await.unwrap();
    for name in ["link.json", "folder/tokens.json", "folder/link.json"] {
        let store = FileStore::new(home.path(name)).lock_timeout(Duration::from_secs(1));
        let error = store.lock().await.map(drop).unwrap_err();
        assert!(error.is_busy(), "{name}: {error:?}");
    }
    drop(held);
    let store = FileStore::new(home.path("folder/link.json"));
    store.lock().await.map(drop).unwrap();
}

#[tokio::test]
async fn a_clear_leaves_a_link_that_a_save_can_use_again() {
    let home = Home::new();
    fs::create_dir(home.path("real")).unwrap();
    symlink("real/session.json", home.file()).unwrap();
    let store = home.store();
    for number in 1..3 {
        assert_eq!(access(&store).await, None);
        save(&store, tokens(number)).await.unwrap();
        assert_eq!(access(&store).await, Some(format!("a{number}")));
        store.lock().await.unwrap().clear().await.unwrap();
    }
    assert!(home.file().symlink_metadata().unwrap().is_symlink());
}

#[tokio::test]
async fn a_link_to_a_folder_that_is_not_there_is_an_error_and_makes_none() {
    let home = Home::new();
    symlink("volume/tokens.json", home.file()).unwrap();
    for error in [
        home.store().load().await.map(drop).unwrap_err(),
        home.store().lock().await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
        assert_eq!(error.path(), Some(home.file().as_path()));
    }
    assert_eq!(home.names(), ["tokens.json"]);
}

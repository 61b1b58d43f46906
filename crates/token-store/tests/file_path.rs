//! Which paths can be those of token files.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{Home, access, process, save, tokens};
use token_store::{FileStore, StoreError, TokenStore};

#[test]
fn a_relative_path_is_that_of_the_folder_it_was_made_in() {
    let home = Home::new();
    fs::create_dir(home.path("elsewhere")).unwrap();
    let mut child = process::command("in_a_process_of_its_own", "relative", &home.file());
    child.current_dir(home.folder());
    process::succeeds(child);
    assert_eq!(
        home.names(),
        ["elsewhere", "tokens.json", "tokens.json.lock"]
    );
    assert_eq!(fs::read_dir(home.path("elsewhere")).unwrap().count(), 0);
}

#[test]
fn the_path_is_told_as_an_absolute_one() {
    let path = Path::new("some/./tokens.json");
    let told = FileStore::new(path).path().to_owned();
    let here = std::env::current_dir().unwrap();
    assert_eq!(told, here.join("some").join("tokens.json"));
}

#[tokio::test]
async fn a_path_of_nothing_is_an_error_and_no_panic() {
    let store = FileStore::new("");
    let error = store.load().await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    let error = store.lock().await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn each_name_that_leaves_room_for_that_of_its_lock_can_be_saved() {
    let home = Home::new();
    for length in [1, 200, 217, 218, 230, 250] {
        let store = FileStore::new(home.path(&"x".repeat(length)));
        for number in 1..3 {
            save(&store, tokens(number)).await.unwrap();
            assert_eq!(access(&store).await, Some(format!("a{number}")));
        }
        store.lock().await.unwrap().clear().await.unwrap();
        assert_eq!(access(&store).await, None, "{length}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let home = Home::new();
    let store = |name: &[u8]| FileStore::new(home.folder().join(OsStr::from_bytes(name)));
    let (one, other) = (store(b"tokens-\xfe"), store(b"tokens-\xff"));
    save(&one, tokens(1)).await.unwrap();
    save(&other, tokens(2)).await.unwrap();
    assert_eq!(access(&one).await.as_deref(), Some("a1"));
    assert_eq!(access(&other).await.as_deref(), Some("a2"));
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn in_a_process_of_its_own() {
    let Some((role, _)) = process::role() else {
        return;
    };
    assert_eq!(role, "relative");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let store = FileStore::new("tokens.json");
        save(&store, tokens(1)).await.unwrap();
        std::env::set_current_dir("elsewhere").unwrap();
        assert_eq!(access(&store).await.as_deref(), Some("a1"));
        save(&store, tokens(2)).await.unwrap();
    });
}

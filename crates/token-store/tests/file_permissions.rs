//! Who can get at a token file.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;

use support::{Home, access, chmod, events, mark_of, mode, process, save, tokens};
use token_store::{Exposure, FileStore, StoreError, TokenStore};

#[tokio::test]
async fn what_is_made_is_private_and_what_was_there_stays() {
    let home = Home::new();
    chmod(home.folder(), 0o755);
    let path = home.path("a/b/tokens.json");
    save(&FileStore::new(&path), tokens(1)).await.unwrap();
    assert_eq!(mode(home.folder()), 0o755);
    assert_eq!(mode(&home.path("a")), 0o700);
    assert_eq!(mode(&home.path("a/b")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&home.path("a/b/tokens.json.lock")), 0o600);
}

#[tokio::test]
async fn a_load_makes_nothing() {
    let home = Home::new();
    let store = FileStore::new(home.path("a/tokens.json"));
    assert_eq!(access(&store).await, None);
    assert!(home.names().is_empty());
}

#[test]
fn no_umask_changes_what_is_made() {
    for umask in ["000", "077", "0777"] {
        let home = Home::new();
        let path = home.path("a/tokens.json");
        let umask = format!("umask {umask}");
        let child = process::command_after(&umask, "in_a_process_of_its_own", "save", &path);
        process::succeeds(child);
        assert_eq!(mode(&home.path("a")), 0o700, "{umask}");
        assert_eq!(mode(&path), 0o600, "{umask}");
        assert_eq!(mode(&home.path("a/tokens.json.lock")), 0o600, "{umask}");
    }
}

#[tokio::test]
async fn a_file_that_others_can_read_or_write_is_refused() {
    for (bits, refused) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o644, true),
        (0o660, true),
        (0o666, true),
        (0o620, true),
    ] {
        let home = Home::new();
        save(&home.store(), tokens(1)).await.unwrap();
        chmod(&home.file(), bits);
        if !refused {
            assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
            continue;
        }
        let mut locked = home.store().lock().await.unwrap();
        let errors = [
            home.store().load().await.map(drop).unwrap_err(),
            locked.load().await.map(drop).unwrap_err(),
            locked.mark(mark_of(&tokens(1))).await.unwrap_err(),
            locked.save(tokens(2)).await.unwrap_err(),
        ];
        for error in errors {
            let StoreError::Exposed { exposure, .. } = error else {
                panic!("another error: {error:?}");
            };
            assert_eq!(exposure, Exposure::Mode { mode: bits });
            let advice = format!("run `chmod 600 {}`", home.file().display());
            assert!(error.to_string().ends_with(&advice), "{error}");
            assert_eq!(error.path(), Some(home.file().as_path()));
        }
        assert_eq!(mode(&home.file()), bits);

        // The advice helps.
        chmod(&home.file(), 0o600);
        assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
    }
}

#[tokio::test]
async fn tokens_that_others_can_read_can_still_be_cleared() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    chmod(&home.file(), 0o644);
    home.store().lock().await.unwrap().clear().await.unwrap();
    assert_eq!(home.names(), ["tokens.json.lock"]);
}

#[tokio::test]
async fn the_option_warns_once_and_what_is_written_is_private() {
    events::record();
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    chmod(&home.file(), 0o644);
    let store = home.store().refuse_exposed(false);
    for _ in 0..3 {
        assert_eq!(access(&store).await.as_deref(), Some("a1"));
    }
    let mut seen = events::seen(home.folder());
    seen.retain(|seen| seen.warning);
    let [warning] = &seen[..] else {
        panic!("not one warning: {seen:?}");
    };
    assert!(warning.message.contains("run `chmod 600"), "{warning:?}");

    save(&store, tokens(2)).await.unwrap();
    assert_eq!(mode(&home.file()), 0o600);
    assert_eq!(access(&home.store()).await.as_deref(), Some("a2"));
}

#[tokio::test]
async fn a_folder_that_anyone_may_write_to_is_refused_unless_it_is_sticky() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    chmod(home.folder(), 0o777);
    for error in [
        home.store().load().await.map(drop).unwrap_err(),
        home.store().lock().await.map(drop).unwrap_err(),
    ] {
        let advice = format!("run `chmod o-w {}`", home.folder().display());
        assert!(error.to_string().ends_with(&advice), "{error}");
    }
    chmod(home.folder(), 0o1777);
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
    save(&home.store(), tokens(2)).await.unwrap();
}

#[tokio::test]
async fn a_folder_of_another_user_is_refused() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    if std::os::unix::fs::chown(home.folder(), Some(12_345), None).is_err() {
        println!("left out: only root can give a folder away");
        return;
    }
    for error in [
        home.store().load().await.map(drop).unwrap_err(),
        home.store().lock().await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Exposed { .. }), "{error:?}");
        assert_eq!(error.path(), Some(home.folder()));
        let text = error.to_string();
        assert!(text.contains("id 12345"), "{text}");
        assert!(text.contains("a folder of your own"), "{text}");
    }
    let told_otherwise = home.store().refuse_exposed(false);
    save(&told_otherwise, tokens(2)).await.unwrap();
    assert_eq!(access(&told_otherwise).await.as_deref(), Some("a2"));
}

#[tokio::test]
async fn a_folder_that_its_group_may_write_to_is_taken() {
    let home = Home::new();
    chmod(home.folder(), 0o775);
    save(&home.store(), tokens(1)).await.unwrap();
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
}

#[tokio::test]
async fn the_advice_can_be_pasted_whatever_the_path() {
    let home = Home::new();
    let path = home.path("it's mine; $(touch owned) `x`");
    let store = FileStore::new(&path);
    save(&store, tokens(1)).await.unwrap();
    chmod(&path, 0o644);
    let error = store.load().await.unwrap_err().to_string();
    let (_, advice) = error.split_once("run `").unwrap();
    let advice = advice.strip_suffix('`').unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(home.folder()).arg("-c").arg(advice);
    assert!(shell.status().unwrap().success(), "{advice}");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(home.names().len(), 2);
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    let owner = 12_345;
    let path = if std::os::unix::fs::chown(home.file(), Some(owner), None).is_ok() {
        home.file()
    } else {
        // Not root: any file of root's will do.
        "/etc/passwd".into()
    };
    let before = fs::read(&path).unwrap();
    let store = FileStore::new(&path);
    let error = store.load().await.unwrap_err();
    let StoreError::Exposed { exposure, .. } = error else {
        panic!("another error: {error:?}");
    };
    assert!(matches!(exposure, Exposure::Owner { .. }), "{exposure:?}");
    if let Ok(mut locked) = store.lock().await {
        assert!(locked.save(tokens(2)).await.is_err());
        assert!(locked.clear().await.is_err());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn in_a_process_of_its_own() {
    let Some((role, path)) = process::role() else {
        return;
    };
    assert_eq!(role, "save");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let store = FileStore::new(path);
        save(&store, tokens(1)).await.unwrap();
        assert_eq!(access(&store).await.as_deref(), Some("a1"));
        save(&store, tokens(2)).await.unwrap();
    });
}

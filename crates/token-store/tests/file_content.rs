//! What a token file may hold, and what becomes of it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use support::{Home, access, mark_of, save, tokens};
use token_store::{ExposeSecret, FileStore, StoreError, TokenSet, TokenStore};

const LIMIT: usize = 1024 * 1024;

/// A temporary file of `tokens.json`: the first half of that name's SHA-256, and something random.
const TEMPORARY: &str =
    ".tokens-9cddfe3b8cbf6176dd19f2e590b1f686-0123456789abcdef0123456789abcdef.tmp";

#[tokio::test]
async fn a_token_endpoints_answer_is_a_token_file() {
    let home = Home::new();
    home.put(
        r#"{"access_token":"a1","token_type":"bearer","expires_in":"3600","refresh_token":"r1",
            "scope":["read","write"],"id_token":"i1","x_nested":{"kept":[1,null]}}"#,
    );
    let issued_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let file = File::options().write(true).open(home.file()).unwrap();
    file.set_modified(issued_at).unwrap();

    let first = home.store().load().await.unwrap().unwrap();
    assert_eq!(
        first.expiry(),
        issued_at.checked_add(Duration::from_secs(3600))
    );
    let again = home.store().load().await.unwrap().unwrap();
    assert_eq!(again.expiry(), first.expiry());
    assert_eq!(again.session(), first.session());
    assert_eq!(again.scopes().collect::<Vec<_>>(), ["read", "write"]);

    let renewed = again.renewed("a2");
    save(&home.store(), renewed).await.unwrap();
    let last = home.store().load().await.unwrap().unwrap();
    assert_eq!(last.member("id_token").unwrap(), "i1");
    assert_eq!(last.member("x_nested"), first.member("x_nested"));
    assert_eq!(last.session(), first.session());
    assert_eq!(last.refresh().unwrap().expose_secret(), "r1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_who_load_a_file_without_a_session_get_the_same_one() {
    let home = Home::new();
    home.put(r#"{"access_token":"a1"}"#);
    let loads = (0..16).map(|_| {
        let store = home.store();
        tokio::spawn(async move { store.load().await.unwrap().unwrap() })
    });
    let loaded = join_all(loads).await;
    let first = loaded[0].as_ref().unwrap().session();
    for tokens in &loaded {
        assert_eq!(tokens.as_ref().unwrap().session(), first);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_without_a_session_is_read_while_another_holds_the_lock_and_stays_as_it_is() {
    let home = Home::new();
    let locked = home.store().lock().await.unwrap();
    let content = r#"{"access_token":"a1"}"#;
    home.put(content);
    let store = home.store().lock_timeout(Duration::ZERO);
    let first = store.load().await.unwrap().unwrap();
    assert_eq!(fs::read_to_string(home.file()).unwrap(), content);
    drop(locked);
    let again = store.lock().await.unwrap().load().await.unwrap().unwrap();
    assert_eq!(again.tokens().session(), first.session());
    assert_eq!(fs::read_to_string(home.file()).unwrap(), content);
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

#[tokio::test]
async fn a_mark_and_a_save_write_down_the_session_that_was_handed_out() {
    let home = Home::new();
    home.put(r#"{"access_token":"a1","refresh_token":"r1","expires_in":60}"#);
    let first = home.store().load().await.unwrap().unwrap();
    let mut locked = home.store().lock().await.unwrap();
    locked.mark(mark_of(&first)).await.unwrap();
    let text = fs::read_to_string(home.file()).unwrap();
    assert!(text.contains(first.session().as_str()), "{text}");
    let marked = locked.load().await.unwrap().unwrap();
    assert!(marked.may_be_spent());
    assert_eq!(marked.tokens().session(), first.session());
    assert_eq!(
        marked.tokens().expiry().unwrap(),
        SystemTime::UNIX_EPOCH
            + Duration::from_secs(
                first
                    .expiry()
                    .unwrap()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap()
                    .as_secs()
            )
    );

    let next = first.renewed("a2").refresh_token("r2");
    locked.save(next).await.unwrap();
    let last = home.store().load().await.unwrap().unwrap();
    assert_eq!(last.session(), first.session());
}

#[tokio::test]
async fn a_file_of_another_program_is_read_up_to_the_limit() {
    let home = Home::new();
    let frame = r#"{"access_token":""}"#.len();
    home.put(format!(
        r#"{{"access_token":"{}"}}"#,
        "a".repeat(LIMIT - frame)
    ));
    assert_eq!(home.file().metadata().unwrap().len(), LIMIT as u64);
    let loaded = home.store().load().await.unwrap().unwrap();
    assert_eq!(loaded.access().expose_secret().len(), LIMIT - frame);
    let mut locked = home.store().lock().await.unwrap();
    let again = locked.load().await.unwrap().unwrap();
    assert_eq!(again.tokens().session(), loaded.session());
    locked.save(loaded.renewed("a2")).await.unwrap();
    let last = home.store().load().await.unwrap().unwrap();
    assert_eq!(last.session(), loaded.session());
}

/// Contents that are no tokens: what the error says about each.
fn unreadable() -> Vec<(Vec<u8>, &'static str)> {
    vec![
        (b"".into(), "an early end in line 1, column 0"),
        (br#"{"access_token":"hunter2"#.into(), "an early end"),
        (b"{\"access_token\":\"a1\"}\n{}".into(), "line 2, column 1"),
        (
            b"<html>hunter2</html>".into(),
            "a syntax error in line 1, column 1",
        ),
        (b"[\"hunter2\"]".into(), "another type"),
        (
            br#"{"name":"hunter2","version":1}"#.into(),
            "`access_token`",
        ),
        (
            br#"{"access_token":"hunter2","session":7}"#.into(),
            "`session`",
        ),
        (vec![0xff; 64], "a syntax error"),
        (vec![0; 64], "a syntax error"),
    ]
}

#[tokio::test]
async fn an_unreadable_file_is_left_alone_and_kept_aside_by_the_next_save() {
    for (content, said) in unreadable() {
        let home = Home::new();
        home.put(&content);
        let mut locked = home.store().lock().await.unwrap();
        for error in [
            home.store().load().await.map(drop).unwrap_err(),
            locked.load().await.map(drop).unwrap_err(),
            locked.mark(mark_of(&tokens(1))).await.unwrap_err(),
        ] {
            let StoreError::Corrupted { path, source } = &error else {
                panic!("another error: {error:?}");
            };
            assert_eq!(path.as_ref(), Some(&home.file()));
            assert!(source.to_string().contains(said), "{source}");
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
        assert_eq!(fs::read(home.file()).unwrap(), content);

        locked.save(tokens(1)).await.unwrap();
        assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
        let aside = home.path("tokens.json.corrupted-1");
        assert_eq!(fs::read(&aside).unwrap(), content);

        // The next one has a name of its own, and a clear keeps it aside as well.
        home.put("{");
        locked.clear().await.unwrap();
        assert_eq!(access(&home.store()).await, None);
        assert_eq!(fs::read(aside).unwrap(), content);
        assert_eq!(
            fs::read(home.path("tokens.json.corrupted-2")).unwrap(),
            b"{"
        );
    }
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_never_read_and_never_lost() {
    let home = Home::new();
    let content = format!("{{\"access_token\":\"{}\"}}", "a".repeat(LIMIT));
    home.put(&content);
    let error = home.store().load().await.unwrap_err();
    let StoreError::TooLarge { path, size, limit } = &error else {
        panic!("another error: {error:?}");
    };
    assert_eq!(path.as_ref(), Some(&home.file()));
    assert_eq!((*size, *limit), (content.len() as u64, LIMIT as u64));

    save(&home.store(), tokens(1)).await.unwrap();
    let aside = home.path("tokens.json.corrupted-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), content);
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
}

#[tokio::test]
async fn tokens_up_to_the_limit_can_be_kept_and_marked_and_larger_ones_lose_nothing() {
    let home = Home::new();
    let sized = |length: usize| {
        TokenSet::new("a".repeat(length))
            .refresh_token("r")
            .in_session("s")
    };
    let mut locked = home.store().lock().await.unwrap();
    locked.save(sized(1)).await.unwrap();
    let rest = usize::try_from(home.file().metadata().unwrap().len()).unwrap() - 1;

    // A mark adds 94 bytes, and its room is kept.
    let largest = LIMIT - 94 - rest;
    locked.save(sized(largest)).await.unwrap();
    locked.mark(mark_of(&sized(largest))).await.unwrap();
    assert_eq!(home.file().metadata().unwrap().len(), LIMIT as u64);

    let error = locked.save(sized(largest + 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    let error = locked.save(sized(2 * LIMIT)).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    let kept = locked.load().await.unwrap().unwrap();
    assert!(kept.may_be_spent());
    assert_eq!(kept.tokens().access().expose_secret().len(), largest);
    assert_eq!(home.names(), ["tokens.json", "tokens.json.lock"]);
}

#[tokio::test]
async fn tokens_that_no_load_would_take_are_not_saved() {
    let home = Home::new();
    save(&home.store(), tokens(1)).await.unwrap();
    let error = save(&home.store(), TokenSet::new("")).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    assert_eq!(access(&home.store()).await.as_deref(), Some("a1"));
}

#[tokio::test]
async fn what_a_crash_left_is_swept_up_by_a_save_and_by_a_clear() {
    let home = Home::new();
    let left = home.path(TEMPORARY);
    let store = FileStore::new(home.file());
    for clears in [false, true] {
        fs::write(&left, "hunter2").unwrap();
        let mut locked = store.lock().await.unwrap();
        if clears {
            locked.clear().await.unwrap();
        } else {
            locked.save(tokens(1)).await.unwrap();
        }
        assert!(!left.exists(), "after a clear: {clears}");
    }
}

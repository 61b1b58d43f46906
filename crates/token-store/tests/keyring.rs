//! Tokens in a keyring: what a mock of one answers, and what comes of it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use keyring_core::api::CredentialStoreApi;
use keyring_core::mock::{Cred, Store};
use keyring_core::{Entry, Error};
use token_store::{InvalidTokens, KeyringStore, RefreshMark, StoreError, TokenSet, TokenStore};

/// An entry that says of everything that it is too long.
#[derive(Debug)]
struct Short(Entry);

impl keyring_core::api::CredentialApi for Short {
    fn set_secret(&self, _: &[u8]) -> keyring_core::Result<()> {
        Err(Error::TooLong("secret".to_owned(), 2560))
    }
    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.0.get_secret()
    }
    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.0.delete_credential()
    }
    fn get_credential(&self) -> keyring_core::Result<Option<Arc<keyring_core::Credential>>> {
        Ok(None)
    }
    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

struct Keyring {
    store: Arc<Store>,
    root: tempfile::TempDir,
}

impl Keyring {
    fn new() -> Self {
        Self {
            store: Store::new().unwrap(),
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn entry(&self) -> Entry {
        self.store.build("token-store", "ann", None).unwrap()
    }

    fn tokens(&self) -> KeyringStore {
        KeyringStore::new(self.entry(), self.root.path().join("state/session.lock"))
    }

    fn answers(&self, error: Error) {
        let entry = self.entry();
        entry
            .as_any()
            .downcast_ref::<Cred>()
            .unwrap()
            .set_error(error);
    }
}

fn tokens() -> TokenSet {
    TokenSet::new("a1").refresh_token("r1")
}

#[tokio::test]
async fn tokens_of_another_program_get_an_expiry_that_stays() {
    let keyring = Keyring::new();
    let begun = SystemTime::now();
    keyring
        .entry()
        .set_secret(br#"{"access_token":"a1","expires_in":60}"#)
        .unwrap();
    let first = keyring.tokens().load().await.unwrap().unwrap();
    let again = keyring.tokens().load().await.unwrap().unwrap();
    assert_eq!(first.session(), again.session());
    assert!(first.expiry().unwrap() >= begun + Duration::from_secs(60));
    let kept = keyring.entry().get_password().unwrap();
    assert!(kept.contains(first.session().as_str()), "{kept}");
    assert!(!kept.contains("expires_in"), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn tokens_of_another_program_are_read_while_another_holds_the_lock() {
    let keyring = Keyring::new();
    let content = br#"{"access_token":"a1","expires_in":60}"#;
    keyring.entry().set_secret(content).unwrap();
    let held = keyring.tokens().lock().await.unwrap();
    let first = keyring.tokens().load().await.unwrap().unwrap();
    assert_eq!(keyring.entry().get_secret().unwrap(), content);
    drop(held);
    let again = keyring.tokens().load().await.unwrap().unwrap();
    assert_eq!(first.session(), again.session());
    assert_ne!(keyring.entry().get_secret().unwrap(), content);
}

#[test]
fn the_path_of_the_lock_is_an_absolute_one() {
    let store = KeyringStore::new(Keyring::new().entry(), "state/session.lock");
    let here = std::env::current_dir().unwrap();
    assert_eq!(store.lock_path(), here.join("state").join("session.lock"));
}

#[tokio::test]
async fn a_mark_takes_no_more_room_than_a_save() {
    let keyring = Keyring::new();
    let mut locked = keyring.tokens().lock().await.unwrap();
    locked.save(tokens()).await.unwrap();
    let saved = keyring.entry().get_secret().unwrap().len();
    locked
        .mark(RefreshMark::of(&tokens()).unwrap())
        .await
        .unwrap();
    assert_eq!(keyring.entry().get_secret().unwrap().len(), saved);
    assert!(locked.load().await.unwrap().unwrap().may_be_spent());
}

#[tokio::test]
async fn what_is_too_long_for_the_keyring_is_a_typed_error() {
    let keyring = Keyring::new();
    let mut locked = keyring.tokens().lock().await.unwrap();
    locked.save(tokens()).await.unwrap();
    let small = keyring.entry().get_secret().unwrap();
    drop(locked);
    let short = Entry::new_with_credential(Arc::new(Short(keyring.entry())));
    let store = KeyringStore::new(short, keyring.root.path().join("other.lock"));
    let error = store
        .lock()
        .await
        .unwrap()
        .save(tokens())
        .await
        .unwrap_err();
    let StoreError::TooLarge { size, limit, .. } = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!((size, limit), (small.len() as u64, 2560));
    assert_eq!(keyring.entry().get_secret().unwrap(), small);
}

#[tokio::test]
async fn an_entry_that_holds_no_tokens_is_kept_until_it_is_cleared() {
    let keyring = Keyring::new();
    keyring.entry().set_secret(b"hunter2").unwrap();
    let store = keyring.tokens();
    let mut locked = store.lock().await.unwrap();
    let errors = [
        store.load().await.map(drop).unwrap_err(),
        locked.load().await.map(drop).unwrap_err(),
        locked.save(tokens()).await.unwrap_err(),
        locked
            .mark(RefreshMark::of(&tokens()).unwrap())
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(error, StoreError::Corrupted { path: None, .. }),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    assert_eq!(keyring.entry().get_secret().unwrap(), b"hunter2");

    locked.clear().await.unwrap();
    locked.save(tokens()).await.unwrap();
    assert!(store.load().await.unwrap().is_some());
}

#[tokio::test]
async fn what_a_keyring_answers_is_a_typed_error_without_what_it_holds() {
    let keyring = Keyring::new();
    let store = keyring.tokens();
    let raw = b"hunter2".to_vec();
    for error in [
        Error::BadEncoding(raw.clone()),
        Error::BadDataFormat(raw, "hunter2".into()),
    ] {
        keyring.answers(error);
        let error = store.load().await.unwrap_err();
        let StoreError::Corrupted { source, .. } = &error else {
            panic!("another error: {error:?}");
        };
        assert_eq!(*source, InvalidTokens::NotText);
    }
    keyring.answers(Error::Ambiguous(vec![keyring.entry(), keyring.entry()]));
    let error = store.load().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the entry stands for 2 credentials");

    keyring.answers(Error::NoStorageAccess("the keyring is locked".into()));
    let error = store.load().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert!(matches!(
        source.downcast_ref(),
        Some(Error::NoStorageAccess(_))
    ));
    assert!(store.load().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_lock_is_one_for_all_who_name_its_file() {
    let keyring = Keyring::new();
    let held = keyring.tokens().lock().await.unwrap();
    let other = keyring.tokens().lock_timeout(Duration::from_secs(2));
    let error = other.lock().await.map(drop).unwrap_err();
    assert!(error.is_busy());
    assert_eq!(error.to_string(), "the token store was busy for 2s");
    drop(held);
    other.lock().await.map(drop).unwrap();
}

#[test]
fn debug_shows_nothing_of_the_entry() {
    let keyring = Keyring::new();
    keyring.entry().set_secret(b"hunter2").unwrap();
    let mock = format!("{:?}", keyring.entry());
    assert!(mock.contains("104, 117, 110"), "{mock}");
    let shown = format!("{:?}", keyring.tokens());
    assert!(
        !shown.contains("104, 117, 110") && shown.contains("session.lock"),
        "{shown}"
    );
}

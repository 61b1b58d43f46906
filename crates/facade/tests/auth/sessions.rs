//! Signing in, and what others have stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use facade::{
    Auth, ErrorKind, LockedStore, MemoryStore, RefreshError, SessionStatus, StoreError, TokenSet,
    TokenStore,
};

use crate::{client, counting, header, signed_in, stored};

#[tokio::test]
async fn a_session_in_a_store_is_found_renewed_and_saved() {
    let store = MemoryStore::from(signed_in());
    let count = Arc::new(AtomicUsize::new(0));
    let (client, transport) = client(Auth::oauth2(store.clone(), counting(&count)));
    client.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Bearer a2")
    );
    assert_eq!(stored(&store).await.as_deref(), Some("a2"));
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_login_is_saved_before_it_is_used_and_a_logout_forgets_it() {
    let store = MemoryStore::new();
    let refresh = |tokens: Option<TokenSet>| async move {
        assert!(tokens.is_none());
        Err(RefreshError::rejected("nobody is signed in"))
    };
    let (client, transport) = client(Auth::oauth2(store.clone(), refresh));
    let session = client.session().unwrap();
    assert!(matches!(session.status(), SessionStatus::Unknown));
    let error = client.get("me").send().await.unwrap_err();
    assert!(error.is_session_ended());
    assert!(transport.requests().is_empty());

    session.login(TokenSet::new("a9")).await.unwrap();
    assert!(matches!(session.status(), SessionStatus::SignedIn { .. }));
    assert_eq!(stored(&store).await.as_deref(), Some("a9"));
    client.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Bearer a9")
    );

    session.logout().await.unwrap();
    assert!(matches!(session.status(), SessionStatus::SignedOut(_)));
    assert!(session.tokens().await.unwrap().is_none());
    let error = client.get("me").send().await.unwrap_err();
    assert!(error.is_session_ended());
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_login_that_can_not_be_saved_changes_nothing() {
    struct Broken;

    #[async_trait]
    impl TokenStore for Broken {
        async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
            Ok(Some(TokenSet::new("a9")))
        }

        async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
            Err(StoreError::failed("the disk is gone"))
        }
    }

    let count = Arc::new(AtomicUsize::new(0));
    let (client, transport) = client(Auth::oauth2(Broken, counting(&count)));
    let session = client.session().unwrap();
    let error = session.login(TokenSet::new("a7")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialUnavailable);
    assert!(error.find_source::<StoreError>().is_some());
    client.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Bearer a9")
    );

    let error = session.login(TokenSet::new("a\n7")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Builder);
}

#[tokio::test]
async fn what_another_process_has_stored_is_seen_by_a_reload() {
    let store = MemoryStore::new();
    let count = Arc::new(AtomicUsize::new(0));
    let (client, transport) = client(Auth::oauth2(store.clone(), counting(&count)));
    let session = client.session().unwrap();
    assert!(!session.reload().await.unwrap());
    assert!(matches!(session.status(), SessionStatus::SignedOut(_)));

    let mut locked = store.lock().await.unwrap();
    locked.save(TokenSet::new("a9")).await.unwrap();
    drop(locked);
    assert!(session.reload().await.unwrap());
    client.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Bearer a9")
    );
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

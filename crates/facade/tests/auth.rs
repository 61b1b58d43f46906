//! How a client's requests are authenticated, and the session it keeps, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use facade::{
    Auth, Client, ErrorKind, ExposeSecret, LockedStore, MemoryStore, Place, RefreshError,
    SessionStatus, StoreError, TokenSet, TokenStore,
};
use testkit::{Gate, Reply, ScriptedTransport};

/// Answers 401 to `a1`, and 200 to all else.
fn transport() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|request| match request.header("authorization") {
        Some("Bearer a1") => Reply::status(401),
        _ => Reply::json(200, "{}"),
    })
}

fn client(auth: Auth) -> (Client, ScriptedTransport) {
    let transport = transport();
    let client = Client::builder("https://api.test")
        .retry(None)
        .middleware(Place::Attempt, transport.clone())
        .auth(auth)
        .build()
        .unwrap();
    (client, transport)
}

fn header(transport: &ScriptedTransport, name: &str) -> Option<String> {
    let requests = transport.requests();
    let value = requests.last().unwrap().headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

/// A grant that answers with `a2`, `a3` and so on, and counts.
fn counting(count: &Arc<AtomicUsize>) -> impl facade::Grant {
    let count = Arc::clone(count);
    move |_tokens: Option<TokenSet>| {
        let number = 2 + count.fetch_add(1, Ordering::Relaxed);
        async move { Ok(TokenSet::new(format!("a{number}")).refresh_token(format!("r{number}"))) }
    }
}

fn signed_in() -> TokenSet {
    TokenSet::new("a1").refresh_token("r1")
}

async fn stored(store: &MemoryStore) -> Option<String> {
    let tokens = store.load().await.unwrap()?;
    Some(tokens.access().expose_secret().to_owned())
}

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
async fn a_logout_during_a_refresh_is_not_undone_by_it() {
    let store = MemoryStore::from(signed_in());
    let gate = Gate::new();
    let held = gate.clone();
    let grant = move |_: Option<TokenSet>| {
        let held = held.clone();
        async move {
            held.pass().await;
            Ok(TokenSet::new("a2").refresh_token("r2"))
        }
    };
    let (client, _) = client(Auth::oauth2(store.clone(), grant));
    let call = tokio::spawn(client.get("me").send());
    gate.wait_for(1).await;

    let session = client.session().unwrap().clone();
    let logout = tokio::spawn(async move { session.logout().await });
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_session_ended());
    gate.open();
    logout.await.unwrap().unwrap();
    assert_eq!(stored(&store).await, None);
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

#[tokio::test]
async fn a_token_that_somebody_else_renews_is_looked_up_for_each_request() {
    let store = MemoryStore::from(TokenSet::new("a8"));
    let (client, transport) = client(Auth::bearer(store.clone()));
    assert!(client.session().is_none());
    for token in ["a8", "a9"] {
        let mut locked = store.lock().await.unwrap();
        locked.save(TokenSet::new(token)).await.unwrap();
        client.get("me").send().await.unwrap();
        let expected = format!("Bearer {token}");
        assert_eq!(header(&transport, "authorization"), Some(expected));
    }
    let mut locked = store.lock().await.unwrap();
    locked.save(TokenSet::new("a1")).await.unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn credentials_that_never_change_go_on_each_request() {
    let (basic, transport) = client(Auth::basic("ada", "lovelace"));
    basic.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Basic YWRhOmxvdmVsYWNl")
    );

    let (key, transport) = client(Auth::api_key("x-api-key", "k1"));
    key.get("me").send().await.unwrap();
    assert_eq!(header(&transport, "x-api-key").as_deref(), Some("k1"));

    let (query, transport) = client(Auth::api_key_in_query("key", "k1"));
    query.get("me").send().await.unwrap();
    assert_eq!(transport.requests()[0].url().query(), Some("key=k1"));

    let (signed, transport) = client(Auth::signing(|request| {
        let signature = request.url().path().try_into()?;
        request.headers_mut().insert("x-signature", signature);
        Ok(())
    }));
    signed.get("me").send().await.unwrap();
    assert_eq!(header(&transport, "x-signature").as_deref(), Some("/me"));
}

#[test]
fn what_is_wrong_with_a_credential_is_told_when_the_client_is_built() {
    for auth in [
        Auth::basic("a:b", "c"),
        Auth::api_key("x-api-key", "hunter2\n"),
        Auth::api_key("no header", "k1"),
    ] {
        let error = Client::builder("https://api.test").auth(auth).build();
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Builder);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn what_is_set_last_counts() {
    let count = Arc::new(AtomicUsize::new(0));
    let session = || Auth::oauth2(MemoryStore::new(), counting(&count));
    let builder = || Client::builder("https://api.test");
    let last = builder()
        .auth(session())
        .auth(Auth::basic("a", "b"))
        .build();
    assert!(last.unwrap().session().is_none());
    let last = builder()
        .auth(Auth::basic("a", "b"))
        .auth(session())
        .build();
    assert!(last.unwrap().session().is_some());
}

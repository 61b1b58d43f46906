//! Credentials that nothing renews, and what counts of several.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use facade::{Auth, Client, ErrorKind, MemoryStore, TokenSet, TokenStore};

use crate::{client, counting, header};

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

    let (bearer, transport) = client(Auth::bearer_token("b1"));
    bearer.get("me").send().await.unwrap();
    assert_eq!(
        header(&transport, "authorization").as_deref(),
        Some("Bearer b1")
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
        Auth::bearer_token("hunter2\n"),
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

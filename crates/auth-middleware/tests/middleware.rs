//! The middleware over a scripted transport: which requests get the credential, and what is said of a 401.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use auth_middleware::{AuthMiddleware, Bearer};
use request_context::{
    CredentialUnavailable, Principal, Verdict, Version, Versioned, WithCredential, WithoutAuth,
};
use support::{API, Witness, client, fixed, origin, sent};
use testkit::{Reply, ScriptedTransport};
use token_store::{LockedStore, MemoryStore, StoreError, TokenSet, TokenStore};

#[tokio::test]
async fn a_request_to_an_allowed_origin_carries_the_credential_marked_sensitive() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, &Witness::default(), fixed(origin()));
    client.get(API).send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.headers()["authorization"], "Bearer hunter2");
    assert!(last.headers()["authorization"].is_sensitive());
}

#[tokio::test]
async fn no_other_origin_sees_the_credential() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let client = client(&transport, &witness, fixed(origin()));
    for elsewhere in [
        "https://evil.test/me",
        "http://api.test/me",
        "https://api.test:8443/me",
        "https://api.test@evil.test/me",
        "https://sub.api.test/me",
    ] {
        client.get(elsewhere).send().await.unwrap();
        // reqwest makes Basic credentials of userinfo; ours must not be among what is sent.
        let sent = sent(&transport).unwrap_or_default();
        assert!(!sent.contains("hunter2"), "{elsewhere}");
        assert_eq!(witness.verdict(), Some(Verdict::NotOurs), "{elsewhere}");
    }
}

#[tokio::test]
async fn an_authorization_header_of_the_callers_own_is_neither_overwritten_nor_judged() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let client = client(&transport, &witness, fixed(origin()));
    let own = client.get(API).header("authorization", "Basic YTpi");
    own.send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Basic YTpi"));
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
}

#[tokio::test]
async fn a_request_that_wants_no_credential_gets_none() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, &Witness::default(), fixed(origin()));
    let login = client.post(API).with_extension(WithoutAuth);
    login.send().await.unwrap();
    assert_eq!(sent(&transport), None);
}

#[tokio::test]
async fn a_401_to_our_credential_is_judged_and_other_answers_are_not() {
    for (status, verdict) in [
        (200, None),
        (401, Some(Verdict::InvalidToken)),
        (403, None),
        (500, None),
    ] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(status));
        let witness = Witness::default();
        let client = client(&transport, &witness, fixed(origin()));
        client.get(API).send().await.unwrap();
        assert_eq!(witness.verdict(), verdict, "{status}");
    }
}

#[tokio::test]
async fn the_credential_handed_down_is_put_on_and_its_principal_noted() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let ada = Principal::new("ada");
    let bearer = Arc::new(Bearer::new("handed-down").unwrap());
    let versioned = Versioned::new(Version::default(), Some(ada.clone()), bearer);
    let witness = Witness::handing_down(versioned);
    let client = client(&transport, &witness, AuthMiddleware::handed_down(origin()));
    client.get(API).send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Bearer handed-down"));
    assert_eq!(witness.sent_principal(), Some(ada));
}

#[tokio::test]
async fn a_fixed_credential_speaks_for_whom_it_is_said_to() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let ada = Principal::new("ada");
    for (auth, expected) in [
        (fixed(origin()), None),
        (fixed(origin()).principal(ada.clone()), Some(ada)),
    ] {
        let witness = Witness::default();
        let client = client(&transport, &witness, auth);
        client.get(API).send().await.unwrap();
        assert_eq!(witness.sent_principal(), expected);
        let other = WithCredential::new(Bearer::new("other").unwrap());
        client.get(API).with_extension(other).send().await.unwrap();
        assert_eq!(witness.sent_principal(), None, "that one is nobody's");
    }
}

#[tokio::test]
async fn without_a_credential_the_request_goes_out_as_it_is() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let client = client(&transport, &witness, AuthMiddleware::handed_down(origin()));
    client.get(API).send().await.unwrap();
    assert_eq!(sent(&transport), None);
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
}

#[tokio::test]
async fn a_store_is_asked_at_each_request() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let store = MemoryStore::new();
    let witness = Witness::default();
    let auth = AuthMiddleware::from_store(store.clone(), origin());
    let client = client(&transport, &witness, auth);

    client.get(API).send().await.unwrap();
    assert_eq!(sent(&transport), None);
    for token in ["a1", "a2"] {
        let tokens = TokenSet::new(token);
        let principal = Principal::new(tokens.session().clone());
        store.lock().await.unwrap().save(tokens).await.unwrap();
        client.get(API).send().await.unwrap();
        assert_eq!(sent(&transport), Some(format!("Bearer {token}")));
        assert_eq!(witness.sent_principal(), Some(principal));
    }
}

struct Broken;

#[async_trait]
impl TokenStore for Broken {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        Err(StoreError::failed("the disk is gone"))
    }
    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        Err(StoreError::failed("the disk is gone"))
    }
}

#[tokio::test]
async fn a_store_that_fails_is_a_typed_error_and_nothing_is_sent() {
    let transport = ScriptedTransport::new();
    let auth = AuthMiddleware::from_store(Broken, origin());
    let client = client(&transport, &Witness::default(), auth);
    let error = client.get(API).send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(error) = error else {
        panic!("not from a layer");
    };
    let unavailable = error.downcast_ref::<CredentialUnavailable>().unwrap();
    let source = std::error::Error::source(unavailable).unwrap();
    assert!(matches!(source.downcast_ref(), Some(StoreError::Failed(_))));
    transport.assert_count(0);
}

#[tokio::test]
async fn a_token_of_the_store_that_is_no_bearer_token_goes_on_no_request() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let store = MemoryStore::from(TokenSet::new("hunter2").token_type("mac"));
    let auth = AuthMiddleware::from_store(store, origin());
    let client = client(&transport, &Witness::default(), auth);
    let error = client.get(API).send().await.unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"));
    assert_eq!(transport.requests().len(), 0);
}

//! The middleware over a scripted transport: which requests get the credential, and what is said of a 401.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_middleware::{AuthMiddleware, Bearer};
use http::{Extensions, HeaderName, HeaderValue};
use request_context::{
    Call, Credential, CredentialUnavailable, Origin, OriginAllowList, Principal, Verdict, Version,
    Versioned, WithoutAuth,
};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use testkit::{Reply, ScriptedTransport};
use token_store::{LockedStore, MemoryStore, StoreError, TokenSet, TokenStore};

const API: &str = "https://api.test/me";

fn origin() -> Origin {
    API.parse().unwrap()
}

fn fixed(origins: impl Into<OriginAllowList>) -> AuthMiddleware {
    AuthMiddleware::fixed(Bearer::new("hunter2").unwrap(), origins)
}

/// What a call's layers have learnt when it comes back up.
#[derive(Clone, Default)]
struct Witness {
    hands_down: Option<Versioned>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone, Default)]
struct Seen {
    verdict: Option<Verdict>,
    sent_principal: Option<Principal>,
}

impl Witness {
    fn verdict(&self) -> Option<Verdict> {
        self.seen.lock().unwrap().verdict.clone()
    }

    fn sent_principal(&self) -> Option<Principal> {
        self.seen.lock().unwrap().sent_principal.clone()
    }
}

#[async_trait]
impl Middleware for Witness {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        if let Some(credential) = &self.hands_down {
            call.hand_down(credential.clone());
        }
        let outcome = next.run(request, extensions).await;
        *self.seen.lock().unwrap() = Seen {
            verdict: call.verdict(),
            sent_principal: call.sent_principal(),
        };
        outcome
    }
}

fn client(
    transport: &ScriptedTransport,
    witness: &Witness,
    auth: AuthMiddleware,
) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(witness.clone()).with(auth))
}

fn sent(transport: &ScriptedTransport) -> Option<String> {
    let last = transport.last().unwrap();
    last.header("authorization").map(str::to_owned)
}

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
    let witness = Witness {
        hands_down: Some(Versioned::new(
            Version::default(),
            Some(ada.clone()),
            bearer,
        )),
        ..Witness::default()
    };
    let client = client(&transport, &witness, AuthMiddleware::handed_down(origin()));
    client.get(API).send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Bearer handed-down"));
    assert_eq!(witness.sent_principal(), Some(ada));
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
    async fn load(&self) -> std::result::Result<Option<TokenSet>, StoreError> {
        Err(StoreError::failed("the disk is gone"))
    }
    async fn lock(&self) -> std::result::Result<Box<dyn LockedStore>, StoreError> {
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

struct ApiKey(HeaderValue);

static X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

impl Credential for ApiKey {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&X_API_KEY, &self.0))
    }
}

#[tokio::test]
async fn a_credential_in_another_header_is_not_put_over_the_callers_own() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let auth = AuthMiddleware::fixed(ApiKey(HeaderValue::from_static("ours")), origin());
    let client = client(&transport, &Witness::default(), auth);
    client.get(API).send().await.unwrap();
    assert_eq!(transport.last().unwrap().header("x-api-key"), Some("ours"));
    let own = client.get(API).header("x-api-key", "theirs");
    own.send().await.unwrap();
    assert_eq!(
        transport.last().unwrap().header("x-api-key"),
        Some("theirs")
    );
}

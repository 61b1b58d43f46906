//! For whom answers are stored.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Extensions, HeaderValue};
use private_cache::CacheStatus::{Bypassed, Hit, Miss};
use private_cache::{Cache, CacheStatus, Key, MemoryStore, Principal, Scope, Store, Variants};
use request_context::{Call, Credential, WithCredential, WithoutAuth};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, RequestBuilder, Result};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{HERE, cache, client, fresh, get, get_with, pass, read};

/// A layer above the cache that says for whom a call is made.
struct Rim(Option<&'static str>);

#[async_trait]
impl Middleware for Rim {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        Call::of(extensions).set_principal(self.0.map(Principal::new));
        next.run(request, extensions).await
    }
}

/// A layer below it that puts a credential on, of somebody or of nobody in particular.
struct Auth(Option<&'static str>);

#[async_trait]
impl Middleware for Auth {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if extensions.get::<WithoutAuth>().is_none() {
            Call::of(extensions).set_sent_principal(self.0.map(Principal::new));
        }
        next.run(request, extensions).await
    }
}

async fn twice(
    client: &ClientWithMiddleware,
    request: impl Fn(&ClientWithMiddleware) -> RequestBuilder,
) -> [CacheStatus; 2] {
    let mut from = [Bypassed; 2];
    for from in &mut from {
        let response = request(client).send().await.unwrap();
        *from = read(response).await.1;
    }
    from
}

fn plain(client: &ClientWithMiddleware) -> RequestBuilder {
    client.get(HERE)
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_stored_only_if_the_credential_was_the_principals() {
    for (rim, sent, second) in [
        (None, None, Miss),
        (None, Some("ada"), Miss),
        (Some("ada"), None, Miss),
        (Some("ada"), Some("bob"), Miss),
        (Some("ada"), Some("ada"), Hit),
    ] {
        let transport = ScriptedTransport::new().otherwise(fresh("x"));
        let client =
            transport.client_with(|chain| chain.with(Rim(rim)).with(cache()).with(Auth(sent)));
        assert_eq!(
            twice(&client, plain).await,
            [Miss, second],
            "{rim:?} {sent:?}"
        );
    }
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let client = transport.client_with(|chain| chain.with(Rim(Some("ada"))).with(cache()));
    assert_eq!(
        twice(&client, plain).await,
        [Miss, Miss],
        "nothing of hers was sent"
    );
}

#[tokio::test(start_paused = true)]
async fn a_credential_of_the_callers_own_makes_a_request_nobodys_business() {
    let cases: [fn(&ClientWithMiddleware) -> RequestBuilder; 6] = [
        |client| client.get(HERE).header("authorization", "Basic eDp5"),
        |client| client.get(HERE).header("cookie", "session=1"),
        |client| client.get(HERE).header("proxy-authorization", "Basic eDp5"),
        |client| {
            let mut key = HeaderValue::from_static("hunter2");
            key.set_sensitive(true);
            client.get(HERE).header("x-api-key", key)
        },
        |client| {
            client
                .get(HERE)
                .with_extension(WithCredential::new(Nothing))
        },
        |client| client.get("https://ada:hunter2@a.test/x"),
    ];
    for request in cases {
        let transport = ScriptedTransport::new().otherwise(fresh("x"));
        let client = client(&cache(), &transport);
        get(&client).await;
        assert_eq!(twice(&client, request).await, [Bypassed, Bypassed]);
        transport.assert_count(3);
    }
}

struct Nothing;

impl Credential for Nothing {}

#[tokio::test(start_paused = true)]
async fn a_closure_can_name_whose_the_own_credential_is() {
    let transport = ScriptedTransport::new().respond_with(|sent| {
        let user = sent.header("authorization").unwrap_or("nobody").to_owned();
        Reply::status(200)
            .header("cache-control", "max-age=60")
            .body(user)
    });
    let cache = cache().principal_from(|request, _| {
        let user = request.headers().get("authorization")?.to_str().ok()?;
        Some(Principal::new(user))
    });
    let client = client(&cache, &transport);
    for from in [Miss, Hit] {
        for user in ["ada", "bob"] {
            let got = get_with(&client, "authorization", user).await;
            assert_eq!((got.1, got.2.as_str()), (from, user));
        }
    }
    transport.assert_count(2);
    cache.forget(&Principal::new("ada")).await;
    assert_eq!(get_with(&client, "authorization", "ada").await.1, Miss);
    assert_eq!(get_with(&client, "authorization", "bob").await.1, Hit);
}

#[tokio::test(start_paused = true)]
async fn the_origin_is_not_asked_for_someone_unknown_either_where_it_must_not_be() {
    let transport = ScriptedTransport::new();
    let client = client(&cache().authenticated(true), &transport);
    let got = get_with(&client, "cache-control", "only-if-cached").await;
    assert_eq!((got.0, got.1), (504, Bypassed));
    let mode = private_cache::CacheMode::only_if_cached();
    assert_eq!(crate::scene::get_in(&client, mode).await.0, 504);
    transport.assert_count(0);
}

/// A store that lets a test see what it was given.
#[derive(Clone, Default)]
struct Spied(MemoryStore, Arc<Mutex<Vec<Arc<Variants>>>>);

#[async_trait]
impl Store for Spied {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        self.0.get(key).await
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        self.1.lock().unwrap().push(Arc::clone(&variants));
        self.0.put(key, variants).await;
    }

    async fn remove(&self, key: &Key) {
        self.0.remove(key).await;
    }

    async fn forget(&self, scope: &Scope) {
        self.0.forget(scope).await;
    }

    async fn clear(&self) {
        self.0.clear().await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_credential_and_no_cookie_reaches_the_store() {
    let store = Spied::default();
    let cache = Cache::new(store.clone()).principal_from(|_, _| Some(Principal::new("ada")));
    let secret = |vary: &str| {
        let reply = fresh("x").header("set-cookie", "session=hunter2");
        reply.header("vary", vary.to_owned())
    };
    let transport = ScriptedTransport::new()
        .reply(secret("accept"))
        .reply(Reply::status(304).header("set-cookie", "session=hunter2"))
        .reply(secret("authorization"));
    let client = client(&cache.clock(testkit::clock()), &transport);
    let request = || {
        let request = client.get(HERE).header("authorization", "Bearer hunter2");
        request.header("cookie", "session=hunter2").send()
    };
    for _ in 0..2 {
        read(request().await.unwrap()).await;
        pass(61).await;
    }
    read(request().await.unwrap()).await;
    let given = store.1.lock().unwrap();
    assert_eq!(given.len(), 2, "what varies by a credential is not stored");
    for entry in given.iter().flat_map(|variants| variants.entries()) {
        let parts = entry.parts();
        let told = format!("{:?} {:?} {}", parts.headers, parts.varied, parts.url);
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_seen_can_be_told_of() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let unseen = client(&cache().authenticated(true), &transport);
    assert_eq!(twice(&unseen, plain).await, [Bypassed, Bypassed]);

    let chain = |chain: reqwest_middleware::ClientBuilder| {
        chain
            .with(Rim(Some("ada")))
            .with(cache().authenticated(true))
            .with(Auth(Some("ada")))
    };
    assert_eq!(
        twice(&transport.client_with(chain), plain).await,
        [Miss, Hit]
    );
}

#[tokio::test(start_paused = true)]
async fn requests_that_get_no_credential_are_nobodys() {
    let transport = ScriptedTransport::new().otherwise(fresh("x"));
    let ours: request_context::Origin = "https://ours.test".parse().unwrap();
    let cache = cache().credential_origins(ours);
    let adas = transport.client_with(|chain| chain.with(Rim(Some("ada"))).with(cache.clone()));
    let nobodys = client(&cache, &transport);

    assert_eq!(twice(&adas, plain).await, [Miss, Hit], "elsewhere");
    assert_eq!(twice(&nobodys, plain).await, [Hit, Hit], "shared by all");
    let ours = |client: &ClientWithMiddleware| client.get("https://ours.test/");
    assert_eq!(
        twice(&nobodys, ours).await,
        [Bypassed, Bypassed],
        "nobody knows for whom"
    );
    let marked = |client: &ClientWithMiddleware| {
        client.get("https://ours.test/").with_extension(WithoutAuth)
    };
    assert_eq!(twice(&adas, marked).await, [Miss, Hit]);
}

/// A confirmation that was asked for with another's credential says nothing about what is stored.
#[tokio::test(start_paused = true)]
async fn a_login_before_a_confirmation_makes_the_origin_be_asked_anew() {
    use std::sync::atomic::{AtomicBool, Ordering};

    struct Switching(Arc<AtomicBool>);

    #[async_trait]
    impl Middleware for Switching {
        async fn handle(
            &self,
            request: Request,
            extensions: &mut Extensions,
            next: Next<'_>,
        ) -> Result<Response> {
            let user = if self.0.load(Ordering::Relaxed) {
                "bob"
            } else {
                "ada"
            };
            Call::of(extensions).set_sent_principal(Some(Principal::new(user)));
            next.run(request, extensions).await
        }
    }

    let bob = Arc::new(AtomicBool::new(false));
    let transport = ScriptedTransport::new()
        .reply(fresh("adas"))
        .reply(Reply::status(304))
        .reply(fresh("bobs"))
        .reply(Reply::status(503));
    let cache = cache().serve_stale_on_error(std::time::Duration::from_secs(100));
    let client = transport.client_with(|chain| {
        chain
            .with(Rim(Some("ada")))
            .with(cache)
            .with(Switching(Arc::clone(&bob)))
    });
    get(&client).await;
    pass(70).await;
    bob.store(true, Ordering::Relaxed);
    let got = get(&client).await;
    assert_eq!((got.1, got.2.as_str()), (Miss, "bobs"));
    assert_eq!(transport.last().unwrap().header("if-none-match"), None);
    assert_eq!(get(&client).await.0, 503, "nor does it stand in");
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_before_a_principal_was_forgotten_is_not_stored_after_it() {
    let gate = testkit::Gate::new();
    let transport = ScriptedTransport::new()
        .reply(fresh("x").after_gate(&gate))
        .otherwise(fresh("y"));
    let cache = cache();
    let client = transport.client_with(|chain| {
        chain
            .with(Rim(Some("ada")))
            .with(cache.clone())
            .with(Auth(Some("ada")))
    });
    let early = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    gate.wait_for(1).await;
    cache.forget(&Principal::new("ada")).await;
    gate.open();
    early.await.unwrap();
    assert_eq!(get(&client).await.1, Miss);
    assert_eq!(get(&client).await.1, Hit);
}

//! A client with a cache, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use async_trait::async_trait;
use facade::{
    Auth, Bearer, Cache, CacheMode, CacheStatus, CancellationToken, Client, ClientBuilder,
    ErrorKind, LinkHeader, MemoryStore, Place, RefreshError, SecretString, TimeoutPhase, TokenSet,
};
use testkit::{Answer, Reply, ScriptedTransport};
use token_store::{LockedStore, StoreError, TokenStore};
use tokio::time::{Instant, timeout};

/// Answers with what was in the `Authorization` or `x-api-key` header, to be kept for a minute.
fn mirror() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|sent| {
        let whose = sent.header("authorization").or(sent.header("x-api-key"));
        fresh(whose.unwrap_or("nobody").to_owned())
    })
}

fn fresh(body: impl Into<bytes::Bytes>) -> Reply {
    cached("max-age=60", body)
}

fn cached(cache_control: &str, body: impl Into<bytes::Bytes>) -> Reply {
    let reply = Reply::status(200).header("cache-control", cache_control);
    reply.header("etag", "\"1\"").body(body)
}

fn builder(transport: &ScriptedTransport, cache: &Cache) -> ClientBuilder {
    Client::builder("https://api.test")
        .retry(None)
        .middleware(Place::Attempt, transport.clone())
        .cache(cache.clone())
}

fn cache() -> Cache {
    Cache::in_memory().clock(testkit::clock())
}

async fn get(client: &Client) -> (CacheStatus, String) {
    let response = client.get("me").send().await.unwrap();
    (response.cache_status(), response.text().await.unwrap())
}

fn got(from: CacheStatus, body: &str) -> (CacheStatus, String) {
    (from, body.to_owned())
}

fn session() -> Auth {
    let nobody = |_: Option<TokenSet>| async { Err(RefreshError::rejected("nobody is signed in")) };
    Auth::oauth2(MemoryStore::new(), nobody)
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_used_again_and_asked_for_again_on_request() {
    let transport = mirror();
    let client = builder(&transport, &cache()).build().unwrap();
    assert_eq!(get(&client).await.0, CacheStatus::Miss);
    assert_eq!(get(&client).await.0, CacheStatus::Hit);
    let reload = client.get("me").cache_mode(CacheMode::reload()).send();
    assert_eq!(reload.await.unwrap().cache_status(), CacheStatus::Miss);
    let around = client.get("me").cache_mode(CacheMode::no_store()).send();
    assert_eq!(around.await.unwrap().cache_status(), CacheStatus::Bypassed);
    transport.assert_count(3);

    let nothing = client
        .get("other")
        .cache_mode(CacheMode::only_if_cached())
        .send();
    assert_eq!(nothing.await.unwrap_err().status().unwrap(), 504);
    client.cache().unwrap().clear().await;
    assert_eq!(get(&client).await.0, CacheStatus::Miss);
    assert!(format!("{client:?}").contains("Cache"));
}

#[tokio::test(start_paused = true)]
async fn without_a_cache_there_is_none() {
    let transport = mirror();
    let client = builder(&transport, &cache()).cache(None).build().unwrap();
    for _ in 0..2 {
        assert_eq!(get(&client).await.0, CacheStatus::Bypassed);
    }
    assert!(client.cache().is_none());
    assert!(!format!("{client:?}").contains("Cache"));
}

#[tokio::test(start_paused = true)]
async fn each_user_of_a_session_gets_their_own_answers_until_they_sign_out() {
    let transport = mirror();
    let client = builder(&transport, &cache())
        .auth(session())
        .build()
        .unwrap();
    let session = client.session().unwrap();
    let (ada, bob) = (TokenSet::new("ada"), TokenSet::new("bob"));

    session.login(ada.clone()).await.unwrap();
    assert_eq!(get(&client).await, got(CacheStatus::Miss, "Bearer ada"));
    assert_eq!(get(&client).await, got(CacheStatus::Hit, "Bearer ada"));
    session.login(ada.renewed("ada2")).await.unwrap();
    assert_eq!(
        get(&client).await,
        got(CacheStatus::Hit, "Bearer ada"),
        "it survives a refresh"
    );
    session.login(bob.clone()).await.unwrap();
    assert_eq!(get(&client).await, got(CacheStatus::Miss, "Bearer bob"));
    session.login(ada.clone()).await.unwrap();
    assert_eq!(
        get(&client).await,
        got(CacheStatus::Miss, "Bearer ada"),
        "another login has ended hers"
    );

    session.logout().await.unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert!(error.is_session_ended(), "nothing is left to answer with");
    session.login(ada).await.unwrap();
    assert_eq!(get(&client).await, got(CacheStatus::Miss, "Bearer ada"));
}

#[tokio::test(start_paused = true)]
async fn a_program_that_starts_finds_what_an_earlier_one_has_stored_for_its_user() {
    let transport = mirror();
    let store = MemoryStore::from(TokenSet::new("ada"));
    let cache = cache();
    let load = |tokens: Option<TokenSet>| async move {
        tokens.ok_or_else(|| RefreshError::rejected("nobody is signed in"))
    };
    for from in [CacheStatus::Miss, CacheStatus::Hit] {
        let auth = Auth::oauth2(store.clone(), load);
        let client = builder(&transport, &cache).auth(auth).build().unwrap();
        assert_eq!(get(&client).await, got(from, "Bearer ada"));
    }
    transport.assert_count(1);
}

/// A store that never answers, as a keyring does whose window nobody looks at.
struct Silent;

#[async_trait]
impl TokenStore for Silent {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        std::future::pending().await
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_waited_for_no_longer_than_the_call_lasts() {
    let transport = mirror();
    let auth = Auth::oauth2(Silent, |_: Option<TokenSet>| async {
        Err(RefreshError::failed("nobody asks"))
    });
    let client = builder(&transport, &cache()).auth(auth).build().unwrap();

    let begun = Instant::now();
    let second = Duration::from_secs(1);
    let call = client.get("me").deadline(second).send();
    // By the paused clock: a call that waits for ever fails at once.
    let error = timeout(second * 60, call).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Deadline));
    assert_eq!(begun.elapsed().as_secs(), 1);

    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("me").cancel(&token).send());
    tokio::time::sleep(second).await;
    token.cancel();
    let error = timeout(second * 60, call).await.unwrap().unwrap();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(begun.elapsed().as_secs(), 2);
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn clients_with_different_keys_share_a_cache_but_no_answer() {
    let transport = mirror();
    let cache = cache();
    let with = |key: &str| {
        let auth = Auth::api_key("x-api-key", SecretString::from(key));
        builder(&transport, &cache).auth(auth).build().unwrap()
    };
    let (one, other) = (with("k1"), with("k2"));
    for from in [CacheStatus::Miss, CacheStatus::Hit] {
        assert_eq!(get(&one).await, got(from, "k1"));
        assert_eq!(get(&other).await, got(from, "k2"));
    }
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn what_carries_another_credential_is_not_the_caches_business() {
    let transport = mirror();
    let client = builder(&transport, &cache())
        .auth(session())
        .build()
        .unwrap();
    client
        .session()
        .unwrap()
        .login(TokenSet::new("ada"))
        .await
        .unwrap();
    assert_eq!(get(&client).await, got(CacheStatus::Miss, "Bearer ada"));

    let own = client
        .get("me")
        .header("authorization", "Basic eDp5")
        .send()
        .await
        .unwrap();
    assert_eq!(own.cache_status(), CacheStatus::Bypassed);
    assert_eq!(own.text().await.unwrap(), "Basic eDp5");
    let admin = Bearer::new("admin").unwrap();
    let admins = client.get("me").credential(admin).send().await.unwrap();
    assert_eq!(admins.cache_status(), CacheStatus::Bypassed);
    assert_eq!(admins.text().await.unwrap(), "Bearer admin");
    let nobodys = client.get("me").without_auth().send().await.unwrap();
    assert_eq!(nobodys.cache_status(), CacheStatus::Miss);
    assert_eq!(nobodys.text().await.unwrap(), "nobody");
    let elsewhere = client.get("https://cdn.test/me").send().await.unwrap();
    assert_eq!(elsewhere.text().await.unwrap(), "nobody");

    assert_eq!(get(&client).await, got(CacheStatus::Hit, "Bearer ada"));
    let elsewhere = client.get("https://cdn.test/me").send().await.unwrap();
    assert_eq!(
        elsewhere.cache_status(),
        CacheStatus::Hit,
        "for whoever asks there"
    );
}

#[tokio::test(start_paused = true)]
async fn a_signature_is_nobodys_and_its_answers_are_not_stored() {
    let transport = mirror();
    let sign = |request: &mut reqwest::Request| {
        request.headers_mut().insert("x-api-key", "signed".parse()?);
        Ok(())
    };
    let client = builder(&transport, &cache())
        .auth(Auth::signing(sign))
        .build()
        .unwrap();
    for _ in 0..2 {
        assert_eq!(get(&client).await, got(CacheStatus::Bypassed, "signed"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_asked_for_again_through_the_layers_below() {
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60, stale-while-revalidate=60", "old"))
        .reply(Reply::status(503))
        .reply(fresh("new"));
    let client = builder(&transport, &cache())
        .retry(facade::RetryMiddleware::new())
        .auth(session())
        .build()
        .unwrap();
    client
        .session()
        .unwrap()
        .login(TokenSet::new("ada"))
        .await
        .unwrap();
    get(&client).await;
    tokio::time::advance(Duration::from_secs(70)).await;
    assert_eq!(get(&client).await, got(CacheStatus::Stale, "old"));
    client.cache().unwrap().settled().await;
    assert_eq!(get(&client).await, got(CacheStatus::Hit, "new"));
    transport.assert_count(3);
    assert_eq!(
        transport.last().unwrap().header("authorization"),
        Some("Bearer ada")
    );
    assert_eq!(
        transport.last().unwrap().header("if-none-match"),
        Some("\"1\"")
    );
}

#[tokio::test(start_paused = true)]
async fn offline_what_was_read_before_can_be_read_again_and_a_401_stays_one() {
    let transport = ScriptedTransport::new()
        .reply(fresh("kept"))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(401))
        .then(Answer::fail_to_connect());
    let cache = cache().serve_stale_on_error(Duration::from_secs(3600));
    let client = builder(&transport, &cache).build().unwrap();
    get(&client).await;
    tokio::time::advance(Duration::from_secs(70)).await;
    assert_eq!(get(&client).await, got(CacheStatus::Stale, "kept"));
    let refused = client.get("me").send().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthorized);
    let error = client.get("me").send().await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Connect(_)),
        "what is refused is not kept: {error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn each_hop_of_a_redirect_has_an_entry_of_its_own() {
    let transport = ScriptedTransport::new()
        .reply(
            Reply::status(301)
                .header("location", "/moved")
                .header("cache-control", "max-age=600"),
        )
        .reply(fresh("here"))
        .otherwise(fresh("new"));
    let client = builder(&transport, &cache()).build().unwrap();
    for from in [CacheStatus::Miss, CacheStatus::Hit] {
        let response = client.get("me").send().await.unwrap();
        assert_eq!(response.cache_status(), from);
        assert_eq!(response.url().path(), "/moved");
        assert_eq!(response.text().await.unwrap(), "here");
    }
    tokio::time::advance(Duration::from_secs(70)).await;
    let response = client.get("me").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "new");
    assert_eq!(
        transport.last().unwrap().path(),
        "/moved",
        "the redirect is still fresh"
    );
    transport.assert_count(3);
}

/// Under one name, the redirect would be the answer to the request that follows it, and the first page that to the next.
#[tokio::test(start_paused = true)]
async fn a_name_is_neither_that_of_a_redirects_target_nor_that_of_the_next_page() {
    let transport = ScriptedTransport::new()
        .reply(
            Reply::status(301)
                .header("location", "/moved")
                .header("cache-control", "max-age=600"),
        )
        .reply(fresh("there"));
    let client = builder(&transport, &cache()).build().unwrap();
    for _ in 0..2 {
        let named = client.get("me").cache_mode(CacheMode::new().key("me"));
        let response = named.send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "there");
    }
    transport.assert_count(2);

    let transport = ScriptedTransport::new()
        .reply(fresh("[1]").header("link", "</me?page=2>; rel=\"next\""))
        .reply(fresh("[2]"));
    let client = builder(&transport, &cache()).build().unwrap();
    for _ in 0..2 {
        let named = client.get("me").cache_mode(CacheMode::new().key("me"));
        let mut numbers = named.paginate(LinkHeader::new("")).items::<u32>();
        assert_eq!(numbers.next_item().await.unwrap(), Some(1));
        assert_eq!(numbers.next_item().await.unwrap(), Some(2));
        assert_eq!(numbers.next_item().await.unwrap(), None);
    }
    transport.assert_count(2);
}

#[cfg(feature = "cookies")]
#[tokio::test(start_paused = true)]
async fn a_client_that_keeps_cookies_has_answers_only_for_those_who_are_known() {
    let transport = mirror();
    let cache = cache();
    let unknown = builder(&transport, &cache)
        .cookie_store(true)
        .build()
        .unwrap();
    for _ in 0..2 {
        assert_eq!(get(&unknown).await.0, CacheStatus::Bypassed);
    }
    let known = builder(&transport, &cache)
        .cookie_store(true)
        .auth(session());
    let known = known.build().unwrap();
    known
        .session()
        .unwrap()
        .login(TokenSet::new("ada"))
        .await
        .unwrap();
    assert_eq!(get(&known).await.0, CacheStatus::Miss);
    assert_eq!(get(&known).await.0, CacheStatus::Hit);
}

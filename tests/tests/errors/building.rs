//! Requests that can't be made, and clients that can't be built.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use facade::{ApiError, CallOptions, Client, ErrorKind, InvalidTarget, Place};
use futures_util::stream;
use request_context::ReplayError;
use reqwest::{Body, Url};
use reqwest_middleware::{Middleware, Next};
use stack_tests::{Session, builder, find, soon};

use crate::expectations::{assert_error, assert_kind};

#[derive(Debug, thiserror::Error)]
#[error("the caller's own")]
struct Own;

#[tokio::test]
async fn a_request_that_cannot_be_made_is_told_when_it_is_sent_and_sends_nothing() {
    let session = Session::fresh().await;
    let client = session.client();
    let get = || client.get("me");
    let (mut unnamed, nested) = (BTreeMap::new(), [("a", ["b"])]);
    unnamed.insert([1], 2);
    let url = session.server.url_of("/me");
    let requests = [
        (get().header("x y", "z"), is::<http::Error>()),
        (get().header("x", "a\nb"), is::<http::Error>()),
        (get().json(&unnamed), is::<serde_json::Error>()),
        (get().query(&nested), any()),
        (get().form(&nested), any()),
        (
            get().replayable_body(|| Err::<String, _>(Own.into())),
            is::<Own>(),
        ),
        // What is wrong first is told.
        (get().header("x y", "z").json(&unnamed), is::<http::Error>()),
    ];
    for (request, is_source) in requests {
        assert!(format!("{request:?}").contains("Builder"), "{request:?}");
        let error = soon(request.send()).await.unwrap_err();
        assert_error(&error, ErrorKind::Builder, &url, 0);
        assert!(is_source(error.source().unwrap()), "{error:?}");
    }
    assert_eq!(session.server.connections(), 0);
}

type IsSource = fn(&(dyn Error + 'static)) -> bool;

fn is<E: Error + 'static>() -> IsSource {
    |source| source.is::<E>()
}

fn any() -> IsSource {
    |_| true
}

#[tokio::test]
async fn a_target_that_is_no_url_is_told_when_it_is_sent_and_sends_nothing() {
    let session = Session::fresh().await;
    let client = session.client();
    let file = Url::parse("file:///etc/passwd").unwrap();
    for (request, reason) in [
        (client.get("users/../admin"), InvalidTarget::DotSegment),
        (client.get("users/%2e%2E/admin"), InvalidTarget::DotSegment),
        (client.get(["users", ".."]), InvalidTarget::DotSegment),
        (client.get(["users", ""]), InvalidTarget::EmptySegment),
        (client.get("http://[::1"), InvalidTarget::NotAUrl),
        (client.get(file), InvalidTarget::NotHttp),
    ] {
        let error = soon(request.send()).await.unwrap_err();
        assert_kind(&error, ErrorKind::Builder);
        assert_eq!(find::<InvalidTarget>(&error), Some(&reason));
        assert!(error.source().unwrap().is::<InvalidTarget>());
    }
    assert_eq!(session.server.connections(), 0);
}

#[test]
fn a_client_that_cannot_be_built_says_why() {
    let valid = || builder("https://api.test");
    let not_http = Client::builder("ftp://api.test").build().unwrap_err();
    assert_eq!(find(&not_http), Some(&InvalidTarget::NotHttp));
    for base in ["", "api.test/v1", "https://"] {
        let error = Client::builder(base).build().unwrap_err();
        assert_eq!(find(&error), Some(&InvalidTarget::BaseUrl), "{base}");
    }
    let derived = |options| valid().build().unwrap().with(options).unwrap_err();
    for error in [
        not_http,
        Client::builder("").build().unwrap_err(),
        Client::builder("api.test").build().unwrap_err(),
        Client::builder("https://").build().unwrap_err(),
        valid().default_header("x y", "z").build().unwrap_err(),
        valid().default_header("x", "a\nb").build().unwrap_err(),
        valid().sensitive_header("x y", "z").build().unwrap_err(),
        valid().sensitive_header("x", "a\nb").build().unwrap_err(),
        valid().allow_origin("api.test").build().unwrap_err(),
        valid().allow_subdomains_of("").build().unwrap_err(),
        valid()
            .reqwest(|reqwest| reqwest.user_agent("a\nb"))
            .build()
            .unwrap_err(),
        derived(CallOptions::new().base_url("mailto:ada@api.test")),
        derived(CallOptions::new().default_header("x", "a\nb")),
        derived(CallOptions::new().sensitive_header("x y", "z")),
    ] {
        assert_kind(&error, ErrorKind::Builder);
        assert!(error.source().is_some(), "{error:?}");
        assert!(error.url().is_none());
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_made_again_is_told_with_its_reason() {
    let session = Session::stale().await;
    let made = AtomicBool::new(false);
    let request = session.client().get("me").replayable_body(move || {
        if made.swap(true, Ordering::Relaxed) {
            return Err(Own.into());
        }
        let chunks = stream::iter([Ok::<_, io::Error>("once")]);
        Ok(Body::wrap_stream(chunks))
    });
    let error = soon(request.send()).await.unwrap_err();
    assert_error(&error, ErrorKind::Other, &session.server.url_of("/me"), 1);
    assert!(find::<ReplayError>(&error).is_some());
    assert!(find::<Own>(&error).is_some());
    assert_eq!(session.server.count_of("/me"), 1);
}

/// A middleware of the caller's own that lets nothing pass.
struct Refuses;

#[async_trait]
impl Middleware for Refuses {
    async fn handle(
        &self,
        _request: reqwest::Request,
        _extensions: &mut http::Extensions,
        _next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        Err(reqwest_middleware::Error::middleware(Own))
    }
}

#[tokio::test]
async fn an_error_of_the_callers_own_middleware_is_found_from_every_place() {
    let session = Session::fresh().await;
    let url = session.server.url_of("/me");
    for place in [Place::Outcome, Place::Call, Place::Attempt] {
        let client = session.builder().middleware(place, Refuses);
        let client = client.build().unwrap();
        let error = soon(client.get("me").send()).await.unwrap_err();
        assert_error(&error, ErrorKind::Other, &url, 0);
        assert!(error.source().unwrap().is::<Own>(), "{place:?}");
        let chain = soon(client.inner().get(url.clone()).send()).await;
        let chain = ApiError::from(chain.unwrap_err());
        assert!(find::<Own>(&chain).is_some(), "{place:?}");
    }
    assert_eq!(session.server.connections(), 0);
}

//! What layers below see of each hop.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{Extensions, HeaderValue, Method};
use request_context::{
    Call, DeadlineExceeded, Instant, Origin, OriginAllowList, Verdict, WithoutAuth,
};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Error, Middleware, Next, Result};
use safe_redirect::RedirectMiddleware;
use support::{HERE, THERE, redirect, redirects, request};
use testkit::{Answer, Reply, ScriptedTransport};

/// A layer that puts a token on, as those do that decide by a list of origins.
struct Token(OriginAllowList);

#[async_trait]
impl Middleware for Token {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if self.0.admits(&request, extensions) {
            let token = HeaderValue::from_static("Bearer ours");
            request.headers_mut().insert(AUTHORIZATION, token);
        }
        Call::of(extensions).judge(Verdict::InvalidToken);
        next.run(request, extensions).await
    }
}

fn with_token(transport: &ScriptedTransport, origins: &[&str]) -> ClientWithMiddleware {
    let origins = origins.iter().map(|url| url.parse::<Origin>().unwrap());
    let token = Token(origins.collect());
    transport.client_with(|chain| chain.with(RedirectMiddleware::new()).with(token))
}

fn credentials(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let credential =
        |sent: &testkit::SentRequest| sent.header("authorization").unwrap_or("none").to_owned();
    requests.iter().map(credential).collect()
}

#[tokio::test]
async fn a_layer_below_decides_for_each_hop_where_its_credential_goes() {
    let transport = redirects([(302, "/y"), (302, THERE), (302, "https://a.test/z")]);
    with_token(&transport, &[HERE])
        .get(HERE)
        .send()
        .await
        .unwrap();
    assert_eq!(
        credentials(&transport),
        ["Bearer ours", "Bearer ours", "none", "Bearer ours"]
    );
}

#[tokio::test]
async fn no_credential_takes_the_place_of_the_callers_own_that_stayed_behind() {
    let transport = redirects([(302, THERE), (302, "https://a.test/z")]);
    let call = with_token(&transport, &[HERE, THERE]).get(HERE);
    call.header("authorization", "Basic eDp5")
        .send()
        .await
        .unwrap();
    assert_eq!(credentials(&transport), ["Basic eDp5", "none", "none"]);
}

/// Another origin could otherwise have anything deleted in the caller's name.
#[tokio::test]
async fn what_another_origin_asks_to_be_changed_is_not_signed() {
    let hops = [(307, THERE), (307, "https://a.test/z")];
    let transport = redirects(hops);
    let client = with_token(&transport, &[HERE]);
    client.execute(request(Method::DELETE, "")).await.unwrap();
    assert_eq!(credentials(&transport), ["Bearer ours", "none", "none"]);

    let transport = redirects(hops);
    let client = with_token(&transport, &[HERE]);
    client.execute(request(Method::HEAD, "")).await.unwrap();
    assert_eq!(
        credentials(&transport),
        ["Bearer ours", "none", "Bearer ours"]
    );

    let transport = redirects([(307, "/y")]);
    let client = with_token(&transport, &[HERE]);
    client.execute(request(Method::DELETE, "")).await.unwrap();
    assert_eq!(credentials(&transport), ["Bearer ours", "Bearer ours"]);
}

#[tokio::test]
async fn a_request_that_wants_no_credential_gets_none_on_any_hop() {
    let transport = redirects([(302, "/y")]);
    let call = with_token(&transport, &[HERE])
        .get(HERE)
        .with_extension(WithoutAuth);
    call.send().await.unwrap();
    assert_eq!(credentials(&transport), ["none", "none"]);
}

/// Counts the requests that begin with a verdict of an earlier one.
struct StaleVerdicts(Arc<AtomicUsize>);

#[async_trait]
impl Middleware for StaleVerdicts {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if Call::of(extensions).verdict().is_some() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn a_hop_knows_nothing_of_the_verdict_on_the_one_before() {
    let transport = redirects([(302, "/y"), (302, "/z")]);
    let stale = Arc::new(AtomicUsize::new(0));
    let client = transport.client_with(|chain| {
        let chain = chain.with(RedirectMiddleware::new());
        chain
            .with(StaleVerdicts(Arc::clone(&stale)))
            .with(Token(OriginAllowList::new()))
    });
    client.get(HERE).send().await.unwrap();
    assert_eq!(stale.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn each_hop_gets_what_is_left_until_the_deadline() {
    let second = Duration::from_secs(1);
    let transport = ScriptedTransport::new()
        .then(Answer::reply(redirect(302, "/y")).after(2 * second))
        .then(Answer::reply(redirect(302, "/z")).after(3 * second))
        .otherwise(Reply::status(200));
    let mut extensions = Extensions::new();
    let call = Call::of(&mut extensions);
    call.set_deadline(Instant::now() + 10 * second);
    let mut first = request(Method::GET, "");
    *first.timeout_mut() = Some(7 * second);
    let client = support::client(&transport);
    client
        .execute_with_extensions(first, &mut extensions)
        .await
        .unwrap();
    let requests = transport.requests();
    let left: Vec<_> = requests
        .iter()
        .map(|sent| sent.timeout().unwrap().as_secs())
        .collect();
    assert_eq!(left, [7, 7, 5]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let transport = ScriptedTransport::new()
        .then(Answer::reply(redirect(302, "/y")).after(Duration::from_secs(2)));
    let mut extensions = Extensions::new();
    let call = Call::of(&mut extensions);
    call.set_deadline(Instant::now() + Duration::from_secs(1));
    let first = request(Method::GET, "");
    let client = support::client(&transport);
    let error = client
        .execute_with_extensions(first, &mut extensions)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Middleware(error) if error.is::<DeadlineExceeded>()));
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_redirects_body_that_never_ends_holds_nobody_up() {
    let stalls = redirect(302, "/y").chunk("moved").then_stall();
    let transport = redirects([]);
    transport.push(stalls);
    let begun = Instant::now();
    support::client(&transport).get(HERE).send().await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_millis(100));
}

#[tokio::test]
async fn what_fails_on_the_way_fails_the_call_as_it_is() {
    let transport = redirects([]);
    transport.push(redirect(302, THERE));
    transport.push(Answer::fail_to_connect());
    let error = support::client(&transport)
        .get(HERE)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect());
    transport.assert_count(2);
}

/// Measures the future of the layer, which every request pays for.
struct Measured(RedirectMiddleware, Arc<AtomicUsize>);

#[async_trait]
impl Middleware for Measured {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = self.0.handle(request, extensions, next);
        self.1.store(size_of_val(&*call), Ordering::Relaxed);
        call.await
    }
}

#[tokio::test]
async fn its_future_is_small() {
    let size = Arc::new(AtomicUsize::new(0));
    let transport = redirects([]);
    let measured = Measured(RedirectMiddleware::new(), Arc::clone(&size));
    let client = transport.client_with(|chain| chain.with(measured));
    client.get(HERE).send().await.unwrap();
    let size = size.load(Ordering::Relaxed);
    assert!((1..1000).contains(&size), "{size} bytes");
}

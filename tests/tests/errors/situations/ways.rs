//! The ways through the stack: chains with the error map in each order that the docs allow, and the facade.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cancel::CancelMiddleware;
use error_map::ErrorMapMiddleware;
use facade::{
    ApiError, BearerTokens, CancellationToken, ErrorKind, Place, RefreshError, RefreshQueue,
    RequestIdMiddleware, TokenSet,
};
use futures_util::future::join_all;
use http::Extensions;
use reqwest::{Body, Client, ClientBuilder, Method, Request, Response, redirect};
use reqwest_middleware::{ClientWithMiddleware, Error, Middleware, Next, Result};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use safe_retry::{HeadersTimeoutMiddleware, RetryMiddleware};
use stack_tests::builder;

use super::{Situation, from_nothing};

/// A way through the stack. None but the last sends twice, so that each failure is seen as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The error map alone.
    Bare,
    /// `cancel`, the error map.
    Cancel,
    /// `cancel`, the error map, `safe-retry`, its headers timeout.
    Retry,
    /// The error map over reqwest-retry's own middleware, which wraps every error.
    Stock,
    /// A wrapper of the caller's own, over the error map.
    Wrapped,
    /// The facade.
    Facade,
    /// The facade, with a token that is never cancelled, so that the body is wrapped.
    Watched,
    /// The facade with every layer in its order: a session, retries, request ids, its default limits, a deadline, a token.
    Full,
}

impl Way {
    pub(super) const ALL: [Self; 8] = [
        Self::Bare,
        Self::Cancel,
        Self::Retry,
        Self::Stock,
        Self::Wrapped,
        Self::Facade,
        Self::Watched,
        Self::Full,
    ];

    pub(super) fn is_facade(self) -> bool {
        matches!(self, Self::Facade | Self::Watched | Self::Full)
    }
}

pub(super) const REDIRECTS: usize = 3;
pub(super) const FULL_RETRIES: u32 = 1;

type Change = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;
type Fail = fn() -> Error;

/// A call that goes wrong.
#[derive(Clone)]
pub(super) struct Call {
    url: String,
    change: Change,
    fail: Option<Fail>,
    body: Option<fn() -> Body>,
    is_json: bool,
}

impl Call {
    pub(super) fn to(url: impl Into<String>) -> Self {
        Self {
            url: url.into() + "?key=hunter2",
            change: Arc::new(trusting_nobody),
            fail: None,
            body: None,
            is_json: false,
        }
    }

    /// By a reqwest client of its own.
    pub(super) fn by(
        mut self,
        change: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.change = Arc::new(move |client| change(trusting_nobody(client)));
        self
    }

    /// Which waits for no longer than this while nothing comes.
    pub(super) fn within(self, silence: Duration) -> Self {
        self.by(move |client| client.read_timeout(silence))
    }

    /// With an innermost layer that fails like this.
    pub(super) fn failing(mut self, fail: Fail) -> Self {
        self.fail = Some(fail);
        self
    }

    pub(super) fn with_body(mut self, body: fn() -> Body) -> Self {
        self.body = Some(body);
        self
    }

    /// Whose body is to be the JSON of a number.
    pub(super) fn for_json(mut self) -> Self {
        self.is_json = true;
        self
    }

    /// What it ends with on each way.
    pub(super) async fn told(&self) -> Vec<(Way, ApiError)> {
        join_all(Way::ALL.map(async |way| (way, self.through(way).await))).await
    }

    /// The situation that this call is.
    pub(super) async fn is(
        &self,
        name: &'static str,
        kind: ErrorKind,
        text: &'static str,
        is_transient: bool,
        has_source: fn(&ApiError) -> bool,
    ) -> Situation {
        Situation {
            name,
            kind,
            text,
            is_transient,
            has_source,
            told: self.told().await,
        }
    }

    /// The situation that this call is, where the answer is the error.
    pub(super) async fn is_answered(
        &self,
        name: &'static str,
        kind: ErrorKind,
        text: &'static str,
        is_transient: bool,
    ) -> Situation {
        self.is(name, kind, text, is_transient, from_nothing).await
    }

    /// hyper sends no body of unknown length with a GET.
    fn method(&self) -> Method {
        self.body.map_or(Method::GET, |_| Method::PUT)
    }

    async fn through(&self, way: Way) -> ApiError {
        match way {
            way if way.is_facade() => self.through_the_facade(way).await,
            way => self.through_a_chain(way).await,
        }
    }

    async fn through_a_chain(&self, way: Way) -> ApiError {
        let request = self.chain(way).request(self.method(), &self.url);
        let request = match self.body {
            Some(body) => request.body(body()),
            None => request,
        };
        match request.send().await {
            Err(error) => error.into(),
            Ok(response) if self.is_json => response.json::<u64>().await.unwrap_err().into(),
            Ok(response) => response.bytes().await.unwrap_err().into(),
        }
    }

    fn chain(&self, way: Way) -> ClientWithMiddleware {
        let reqwest = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::limited(REDIRECTS));
        let reqwest = (self.change)(reqwest).build().unwrap();
        let chain = reqwest_middleware::ClientBuilder::new(reqwest);
        let map = ErrorMapMiddleware::new();
        let never = ExponentialBackoff::builder().build_with_max_retries(0);
        let chain = match way {
            Way::Cancel => chain.with(CancelMiddleware::new()).with(map),
            Way::Retry => chain
                .with(CancelMiddleware::new())
                .with(map)
                .with(RetryMiddleware::new().max_retries(0))
                .with(HeadersTimeoutMiddleware::default()),
            Way::Stock => chain
                .with(map)
                .with(RetryTransientMiddleware::new_with_policy(never)),
            Way::Wrapped => chain.with(Wrapper).with(map),
            _ => chain.with(map),
        };
        match self.fail {
            Some(fail) => chain.with(Fails(fail)).build(),
            None => chain.build(),
        }
    }

    async fn through_the_facade(&self, way: Way) -> ApiError {
        let change = Arc::clone(&self.change);
        let client = builder(&self.url)
            .max_redirects(REDIRECTS)
            .reqwest(move |reqwest| change(reqwest));
        let mut client = match way {
            Way::Full => full(client),
            _ => client.retry(None).read_timeout(None),
        };
        if let Some(fail) = self.fail {
            client = client.middleware(Place::Attempt, Fails(fail));
        }
        let client = client.build().unwrap();
        let mut request = client.request(self.method(), self.url.as_str());
        if let Some(body) = self.body {
            request = request.body(body());
        }
        if way != Way::Facade {
            request = request.cancel(CancellationToken::new());
        }
        if self.is_json {
            return request.fetch::<u64>().await.unwrap_err();
        }
        match request.send().await {
            Err(error) => error,
            Ok(response) => response.bytes().await.unwrap_err(),
        }
    }
}

/// Every layer there is, with the limits that a client has by itself. The session renews whatever is refused, so that only
/// what is refused again comes up, and a retry comes at once.
pub(super) fn full(client: facade::ClientBuilder) -> facade::ClientBuilder {
    let renews = |stale: Option<BearerTokens>| {
        let renewed = stale.unwrap().tokens().renewed("hunter2-renewed");
        ready(BearerTokens::new(renewed).map_err(RefreshError::failed))
    };
    let tokens = TokenSet::new("hunter2-access").refresh_token("hunter2-refresh");
    let session = RefreshQueue::builder(renews).credential(BearerTokens::new(tokens).unwrap());
    let at_once = ExponentialBackoff::builder().retry_bounds(Duration::ZERO, Duration::ZERO);
    client
        .session(session.build())
        .retry(RetryMiddleware::new().policy(at_once.build_with_max_retries(FULL_RETRIES)))
        .request_id(RequestIdMiddleware::new())
        .headers_timeout(Duration::from_secs(300))
        .deadline(Duration::from_secs(600))
}

/// Reading the system's certificates takes longer than all the rest, and would hold up the other ways.
fn trusting_nobody(client: ClientBuilder) -> ClientBuilder {
    client.tls_certs_only([])
}

/// A layer that fails without sending.
struct Fails(Fail);

#[async_trait]
impl Middleware for Fails {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Err((self.0)())
    }
}

/// A layer that wraps every error in one of its own.
struct Wrapper;

#[derive(Debug, thiserror::Error)]
#[error("a layer of the caller's own: {0}")]
struct OwnError(#[source] Error);

#[async_trait]
impl Middleware for Wrapper {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let outcome = next.run(request, extensions).await;
        outcome.map_err(|error| Error::middleware(OwnError(error)))
    }
}

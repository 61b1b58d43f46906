//! Middleware that limits how long one attempt waits for its headers.

use std::sync::Arc;
use std::time::Duration;

use http::Extensions;
use request_context::{Call, Handling, HeadersTimedOut};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout;

use crate::strategy::found_no_connection;

/// How long one attempt of this request may wait for its headers: put it into the request's extensions. It takes the
/// place of the [`HeadersTimeoutMiddleware`]'s own limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadersTimeout(Option<Duration>);

impl HeadersTimeout {
    /// Within this time, counted from when the attempt leaves; connecting and the upload are part of it.
    pub fn within(time: Duration) -> Self {
        Self(Some(time))
    }

    /// As long as it takes, whatever the client says.
    pub fn unlimited() -> Self {
        Self(None)
    }
}

impl From<Option<Duration>> for HeadersTimeout {
    fn from(time: Option<Duration>) -> Self {
        Self(time)
    }
}

/// Middleware that limits how long one attempt waits for its headers. Beyond that it ends as
/// [`HeadersTimedOut`], which [`RetryMiddleware`](crate::RetryMiddleware) takes for one more timeout.
///
/// Unlike reqwest's own `timeout` it leaves the response body alone, and unlike `read_timeout` it is for the headers
/// only. Connecting and the upload of the body are part of the limit.
///
/// With a limit or without, it tells the [`Call`], if there is one, that an attempt leaves and whether it found a
/// connection. That is how `error-map` knows whether a call may have been sent.
///
/// # Errors
///
/// [`HeadersTimedOut`], as `reqwest_middleware::Error::Middleware`.
///
/// # Cancel safety
///
/// Dropping the call's future, or the limit's passing, drops the attempt.
///
/// # Order
///
/// Innermost, so that it counts nothing but the network: neither the wait for a token refresh, nor the one for a
/// permit.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use safe_retry::{HeadersTimeoutMiddleware, RetryMiddleware};
///
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
///     .with(RetryMiddleware::new())
///     .with(HeadersTimeoutMiddleware::new(Duration::from_secs(5)))
///     .build();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct HeadersTimeoutMiddleware {
    limit: Option<Duration>,
}

impl HeadersTimeoutMiddleware {
    /// Limits each attempt to this. `None`, the default, leaves it to each request's own [`HeadersTimeout`].
    pub fn new(limit: impl Into<Option<Duration>>) -> Self {
        Self {
            limit: limit.into(),
        }
    }
}

// By hand, so that it costs nothing where there is no limit.
impl Middleware for HeadersTimeoutMiddleware {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        let call = Call::find(extensions).cloned();
        if let Some(call) = &call {
            call.depart(request.timeout().copied());
        }
        let own = extensions.get::<HeadersTimeout>();
        let limit = own.map_or(self.limit, |own| own.0);
        let attempt = next.run(request, extensions);
        let attempt = match limit {
            None => attempt,
            Some(limit) => Box::pin(within(limit, attempt)),
        };
        match call {
            None => attempt,
            Some(call) => Box::pin(telling(call, attempt)),
        }
    }
}

async fn within(limit: Duration, attempt: Handling<'_>) -> Result<Response> {
    timeout(limit, attempt)
        .await
        .map_err(|_| Error::middleware(HeadersTimedOut::new()))
        .flatten()
}

/// Tells the call of an attempt that found no connection.
async fn telling(call: Arc<Call>, attempt: Handling<'_>) -> Result<Response> {
    let outcome = attempt.await;
    if outcome.as_ref().is_err_and(found_no_connection) {
        call.strand();
    }
    outcome
}

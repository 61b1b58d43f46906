//! Middleware that limits how long one attempt waits for its headers.

use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use request_context::HeadersTimedOut;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout;

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
/// only. Connecting and the upload of the body are part of the limit. Without one, it does nothing.
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

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for HeadersTimeoutMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let own = extensions.get::<HeadersTimeout>();
        let Some(limit) = own.map_or(self.limit, |own| own.0) else {
            return next.run(request, extensions).await;
        };
        // Boxed, since a request without a limit would pay for the size of the timer too.
        Box::pin(timeout(limit, next.run(request, extensions)))
            .await
            .map_err(|_| Error::middleware(HeadersTimedOut::new()))?
    }
}

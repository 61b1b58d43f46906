//! What is told before each wait.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use request_context::HeadersTimedOut;
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Result};

/// An attempt failed, and the call is about to wait for the next one. What
/// [`on_retry`](crate::RetryMiddleware::on_retry) is told. Its `Debug` shows the host and nothing else of the URL.
pub struct RetryEvent<'a> {
    pub(crate) request: &'a Request,
    pub(crate) outcome: &'a Result<Response>,
    pub(crate) retry: u32,
    pub(crate) wait: Duration,
}

impl RetryEvent<'_> {
    /// Which retry comes next, 1 for the first.
    pub fn retry(&self) -> u32 {
        self.retry
    }

    /// How long the call waits before it. It is longer in the end if the origin asks to be left alone meanwhile.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The URL of the request, with all that is in it: mind the query before it is written anywhere.
    pub fn url(&self) -> &Url {
        self.request.url()
    }

    /// The answer's status, if the failure was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.outcome.as_ref().ok().map(Response::status)
    }

    /// The answer's headers, if the failure was an answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.outcome.as_ref().ok().map(Response::headers)
    }

    /// The error, if the failure was no answer. Its text shows the URL.
    pub fn error(&self) -> Option<&Error> {
        self.outcome.as_ref().err()
    }

    /// Tells it as a tracing event, at level debug and without anything of the URL but its host.
    pub(crate) fn trace(&self) {
        tracing::debug!(
            http.request.method = %self.method(),
            server.address = self.url().host_str(),
            http.response.status_code = self.status().map(|status| status.as_u16()),
            error.r#type = self.error().map(name),
            http.request.resend_count = self.retry,
            wait_ms = u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX),
            "the call failed and is tried again after a wait",
        );
    }
}

impl fmt::Debug for RetryEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryEvent")
            .field("method", self.method())
            .field("host", &self.url().host_str())
            .field("status", &self.status())
            .field("error", &self.error().map(name))
            .field("retry", &self.retry)
            .field("wait", &self.wait)
            .finish()
    }
}

/// What kind of error it is, in a word that shows nothing of the request.
fn name(error: &Error) -> &'static str {
    match error {
        Error::Middleware(error) if error.is::<HeadersTimedOut>() => "timeout",
        Error::Middleware(_) => "middleware",
        Error::Reqwest(error) if error.is_timeout() => "timeout",
        Error::Reqwest(error) if error.is_connect() => "connect",
        Error::Reqwest(error) if error.is_body() || error.is_decode() => "body",
        Error::Reqwest(_) => "request",
    }
}

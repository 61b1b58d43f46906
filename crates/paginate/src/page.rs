//! One page.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::Url;

/// One page: what a [`PageSource`](crate::PageSource) got, and what the [`Style`](crate::Style) read from it.
#[derive(Clone)]
pub struct Page {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
    number: u64,
    total: Option<u64>,
}

impl Page {
    /// The answer with status 200 that came from this URL, redirects included, at the first attempt.
    pub fn new(url: Url, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            url,
            status: StatusCode::OK,
            headers,
            body: body.into(),
            attempts: 1,
            number: 0,
            total: None,
        }
    }

    /// Says which status the answer had.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Says how often it was sent for.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The URL that answered.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How often it was sent for, retries, replays and redirects included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Which page this is, counted from 1. A stream that was resumed counts on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many items there are on all pages together, if the server says so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// Shows no body, no query and no header's value.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("number", &self.number)
            .field("origin", &self.url.origin().ascii_serialization())
            .field("path", &self.url.path())
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .field("total", &self.total)
            .finish()
    }
}

//! The record of what was sent through the scripted transport.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};
use reqwest::{Request, Url};
use tokio::time::Instant;

/// A request as it arrived at [`ScriptedTransport`](crate::ScriptedTransport).
///
/// This is a test tool: `Debug` shows everything, credentials and bodies included.
#[derive(Clone, Debug)]
pub struct SentRequest {
    method: Method,
    url: Url,
    headers: HeaderMap,
    timeout: Option<Duration>,
    arrived: Instant,
    body: Vec<Bytes>,
    body_complete: bool,
}

impl SentRequest {
    /// Takes the head of `request`, and leaves its body to be read.
    pub(super) fn arrive(mut request: Request, arrived: Instant) -> (Self, Option<reqwest::Body>) {
        let body = request.body_mut().take();
        let sent = Self {
            method: request.method().clone(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            timeout: request.timeout().copied(),
            arrived,
            body: Vec::new(),
            body_complete: body.is_none(),
        };
        (sent, body)
    }

    pub(super) fn push_body(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.body.push(bytes);
        }
    }

    pub(super) fn complete_body(&mut self) {
        self.body_complete = true;
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the URL, query included.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL's path, without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Returns the headers as the innermost middleware sees them: without those that reqwest adds itself.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header, if it is there and visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the timeout that was set on the request. The client's own timeout isn't seen here.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Returns the instant at which the request arrived, before its body was read.
    #[must_use]
    pub fn arrived(&self) -> Instant {
        self.arrived
    }

    /// Returns the bytes of the body, of a streaming one those that were read so far.
    #[must_use]
    pub fn body(&self) -> Bytes {
        match self.body.as_slice() {
            [] => Bytes::new(),
            [bytes] => bytes.clone(),
            many => many
                .iter()
                .flat_map(|bytes| bytes.iter().copied())
                .collect::<BytesMut>()
                .freeze(),
        }
    }

    /// Returns whether the body was read to its end.
    #[must_use]
    pub fn is_body_complete(&self) -> bool {
        self.body_complete
    }
}

//! An answer, and the ways to read its body.

mod lines;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use error_map::{ApiError, ErrorAnswer, ErrorKind, TimeoutPhase, decode_json_off_thread};
use futures_core::Stream;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, Version};
use request_context::{Call, Hop, Hops, Instant};
use serde::de::DeserializeOwned;
use url::Url;

use crate::call_options::Settled;

/// An answer whose headers have arrived. Its status is below 400, unless the client or the request says that others are no
/// errors: those come as an [`ApiError`].
pub struct Response {
    inner: reqwest::Response,
    method: Method,
    call: Arc<Call>,
    timeout: Timeout,
    options: Arc<Settled>,
    body_limit: usize,
}

/// The request's own timeout, and when the call began.
pub(crate) type Timeout = Option<(Duration, Instant)>;

/// The client's one timeout is that of a silence, so a timeout is that, unless the request's own has passed.
pub(crate) fn name_timeout(error: ApiError, timeout: Timeout) -> ApiError {
    let elapsed = timeout.map(|(_, begun)| begun.elapsed());
    error.with_attempt_limit(timeout.map(|(limit, _)| limit), elapsed.unwrap_or_default())
}

impl Response {
    const KEPT_OF_A_BAD_BODY: usize = 64 * 1024;

    pub(crate) fn new(
        inner: reqwest::Response,
        method: Method,
        call: Arc<Call>,
        timeout: Timeout,
        options: Arc<Settled>,
        body_limit: usize,
    ) -> Self {
        Self {
            inner,
            method,
            call,
            timeout,
            options,
            body_limit,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// The URL that answered, after redirects.
    pub fn url(&self) -> &Url {
        self.inner.url()
    }

    /// The redirects by which the answer came.
    pub fn hops(&self) -> Hops {
        self.call.hops()
    }

    /// The HTTP version.
    pub fn version(&self) -> Version {
        self.inner.version()
    }

    /// The length of the body, if it is known beforehand.
    pub fn content_length(&self) -> Option<u64> {
        self.inner.content_length()
    }

    /// The address that answered, if it is known.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.inner.remote_addr()
    }

    /// How often the call was sent, replays and redirects included.
    pub fn attempts(&self) -> u32 {
        self.call.attempts()
    }

    /// How long the call waited between its attempts, and before the first where the origin had asked to be left alone.
    pub fn waited(&self) -> Duration {
        self.call.waited()
    }

    /// Reads the body and decodes it as JSON, one of more than 256 KiB on a thread for blocking work. An empty body counts as
    /// `null`, so that `()` and `Option` accept it.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`Decode`](ErrorKind::Decode) when the body is not what was asked for: the answer comes with it,
    /// with up to 64 KiB of the body. And as [`bytes`](Self::bytes).
    pub async fn json<T>(mut self) -> Result<T, ApiError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let body = self.read().await?;
        let decoded = decode_json_off_thread(body.clone()).await;
        decoded.map_err(|error| {
            let answer = self.answer(body);
            self.report(error.with_answer(answer))
        })
    }

    /// Reads the body and decodes it as JSON; none if it is empty or `null`, as that of a 204 is.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub async fn json_optional<T>(self) -> Result<Option<T>, ApiError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.json().await
    }

    /// Reads the body as UTF-8; what isn't is replaced.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes).
    pub async fn text(self) -> Result<String, ApiError> {
        let body = self.bytes().await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] when the body breaks off, when the call is cancelled or its deadline passes meanwhile, and of
    /// kind [`TooLarge`](ErrorKind::TooLarge) when the body is longer than the limit.
    pub async fn bytes(mut self) -> Result<Bytes, ApiError> {
        self.read().await
    }

    /// The body piece by piece, as it arrives and without a limit on its length.
    ///
    /// Its errors are those of [`bytes`](Self::bytes); the stream ends after one.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + Unpin + use<> {
        let pieces = stream::unfold(Some(self), async |response| {
            let mut response = response?;
            match response.chunk().await {
                Ok(chunk) => Some((Ok(chunk?), Some(response))),
                Err(error) => Some((Err(error), None)),
            }
        });
        // Fused, since an ended `unfold` panics when it is polled again.
        Box::pin(pieces.fuse())
    }

    /// The answer as reqwest has it, for what has no call here. Errors of its body are reqwest's;
    /// [`ApiError::from`] types them.
    pub fn into_inner(self) -> reqwest::Response {
        self.inner
    }

    async fn read(&mut self) -> Result<Bytes, ApiError> {
        let body = self.read_raw().await?;
        let transformed = self.options.hooks.body(self.inner.headers(), body);
        transformed.map_err(|error| self.report(error))
    }

    async fn read_raw(&mut self) -> Result<Bytes, ApiError> {
        let limit = self.body_limit;
        let announced = self.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(self.too_large());
        }
        // Most bodies come in one piece, which is then passed on without a copy.
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() > limit {
            return Err(self.too_large());
        }
        let Some(mut next) = self.chunk().await? else {
            return Ok(first);
        };
        let mut body = BytesMut::from(first);
        loop {
            if next.len() > limit - body.len() {
                return Err(self.too_large());
            }
            body.extend_from_slice(&next);
            match self.chunk().await? {
                Some(chunk) => next = chunk,
                None => return Ok(body.freeze()),
            }
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self.inner.chunk().await {
            Ok(chunk) => Ok(chunk),
            Err(error) => Err(self.report(self.name_deadline(error))),
        }
    }

    /// A timeout once the deadline has passed is the deadline's doing: reqwest's timer was stamped with it.
    fn name_deadline(&self, error: reqwest::Error) -> ApiError {
        if error.is_timeout() && self.call.is_overdue() {
            return ApiError::with_source(ErrorKind::Timeout(TimeoutPhase::Deadline), error);
        }
        name_timeout(ApiError::from(error), self.timeout)
    }

    fn too_large(&self) -> ApiError {
        let limit = self.body_limit;
        self.report(ApiError::with_source(
            ErrorKind::TooLarge,
            BodyTooLarge { limit },
        ))
    }

    /// The answer as an error keeps it: a login page in the place of JSON should be readable.
    fn answer(&mut self, body: Bytes) -> ErrorAnswer {
        let headers = std::mem::take(self.inner.headers_mut());
        ErrorAnswer::new(self.status(), headers, body).body_limit(Self::KEPT_OF_A_BAD_BODY)
    }

    /// The error as the caller gets it.
    fn report(&self, error: ApiError) -> ApiError {
        let hops = self.hops();
        let method = hops.last().map_or(&self.method, Hop::next_method);
        let located = error
            .for_request(method, self.url())
            .after_hops(hops.clone())
            .after_attempts(self.attempts())
            .after_waiting(self.waited());
        self.options.hooks.error(located)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("version", &self.version())
            .field("origin", &self.url().origin().ascii_serialization())
            .field("path", &self.url().path())
            .finish_non_exhaustive()
    }
}

/// A body was longer than the caller allows. It is the source of an error of kind [`TooLarge`](ErrorKind::TooLarge).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is longer than {limit} bytes")]
#[non_exhaustive]
pub struct BodyTooLarge {
    /// How many bytes were allowed.
    pub limit: usize,
}

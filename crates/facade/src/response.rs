//! An answer, and the ways to read its body.

mod lines;
mod place;
mod read;

pub use read::BodyTooLarge;
pub(crate) use read::ended;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cancel::CancelOn;
use error_map::ApiError;
use futures_core::Stream;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, Version};
use private_cache::CacheStatus;
use request_context::{Call, Hops};
use serde::de::DeserializeOwned;
use url::Url;

use crate::call_options::Settled;
use crate::limits::Timeout;

/// An answer whose headers have arrived. Its status is below 400, unless the client or the request says that others are no
/// errors: those come as an [`ApiError`].
pub struct Response {
    inner: reqwest::Response,
    method: Method,
    call: Arc<Call>,
    /// Boxed, since few calls have one.
    cancel: Option<Box<CancelOn>>,
    timeout: Timeout,
    options: Arc<Settled>,
    body_limit: usize,
}

impl Response {
    pub(crate) fn new(
        inner: reqwest::Response,
        method: Method,
        call: Arc<Call>,
        cancel: Option<CancelOn>,
        timeout: Timeout,
        options: Arc<Settled>,
        body_limit: usize,
    ) -> Self {
        Self {
            inner,
            method,
            call,
            cancel: cancel.map(Box::new),
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

    /// Where the answer came from: the client's cache, or the origin.
    pub fn cache_status(&self) -> CacheStatus {
        CacheStatus::of(&self.inner)
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
    /// An [`ApiError`] of kind [`Decode`](crate::ErrorKind::Decode) when the body is not what was asked for: the answer comes with it,
    /// with up to 64 KiB of the body. And as [`bytes`](Self::bytes).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the body. One that is being decoded on another thread is decoded to its end all the same,
    /// for nobody; so it is when the call is cancelled or its deadline passes meanwhile.
    pub async fn json<T>(mut self) -> Result<T, ApiError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let body = self.read().await?;
        let arrived = self.arrived();
        let decode = move |body: &Bytes| arrived.decode(body);
        let decoded = self.decode(body, decode).await;
        decoded.map_err(|error| self.report(error))
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
    /// kind [`TooLarge`](crate::ErrorKind::TooLarge) when the body is longer than the limit. The answer comes with it, with
    /// what was read of the body, as far as [`error_map`](crate::ClientBuilder::error_map) keeps of an error's.
    pub async fn bytes(mut self) -> Result<Bytes, ApiError> {
        let body = self.read().await?;
        if !self.options.hooks.change_bodies() {
            return Ok(body);
        }
        self.transform(body).await
    }

    /// The body piece by piece, as it arrives and without a limit on its length: [`chunk`](Self::chunk) as a stream.
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use futures_util::TryStreamExt; // of the crate `futures-util`
    ///
    /// let mut pieces = client.get("report.pdf").send().await?.stream();
    /// while let Some(piece) = pieces.try_next().await? {
    ///     println!("{} bytes", piece.len());
    /// }
    /// # Ok(()) }
    /// ```
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

    fn transform(mut self, body: Bytes) -> BoxFuture<'static, Result<Bytes, ApiError>> {
        let arrived = self.arrived();
        let transforming = self.decode(body, move |body: &Bytes| arrived.transform(body));
        let transformed = async move { transforming.await.map_err(|error| self.report(error)) };
        transformed.boxed()
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

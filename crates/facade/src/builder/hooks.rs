//! Closures that see each call, set on a client.

use bytes::Bytes;
use http::HeaderMap;
use request_context::BoxError;
use reqwest::Request;

use crate::{ApiError, ClientBuilder, Response};

impl ClientBuilder {
    /// Has this closure see, and change, each request once before it is sent. See
    /// [`CallOptions::on_request`](crate::CallOptions::on_request).
    ///
    /// ```
    /// use facade::Client;
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.example.com")
    ///     .on_request(|request| {
    ///         request.headers_mut().insert("x-client", "reports".parse()?);
    ///         Ok(())
    ///     })
    ///     .on_error(|error| {
    ///         eprintln!("{error} after {} attempts", error.attempts());
    ///         error
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn on_request(
        mut self,
        hook: impl Fn(&mut Request) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.options = self.options.on_request(hook);
        self
    }

    /// Has this closure see each answer that is no error, once per call. See
    /// [`CallOptions::on_response`](crate::CallOptions::on_response).
    pub fn on_response(
        mut self,
        hook: impl Fn(Response) -> Result<Response, ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.options = self.options.on_response(hook);
        self
    }

    /// Has this closure see each error that a call ends with, once. See
    /// [`CallOptions::on_error`](crate::CallOptions::on_error).
    pub fn on_error(mut self, hook: impl Fn(ApiError) -> ApiError + Send + Sync + 'static) -> Self {
        self.options = self.options.on_error(hook);
        self
    }

    /// Changes each whole body that `json`, `text` and `bytes` read, before they do. See
    /// [`CallOptions::transform_body`](crate::CallOptions::transform_body).
    pub fn transform_body(
        mut self,
        transform: impl Fn(&HeaderMap, Bytes) -> Result<Bytes, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.options = self.options.transform_body(transform);
        self
    }
}

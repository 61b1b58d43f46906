//! Closures that see each call, for whoever doesn't want to write a middleware.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use request_context::{BoxError, Call};
use reqwest::Request;

use crate::{ApiError, CallOptions, ErrorKind, Response};

/// The closures of one client, in the order they were added, its parent's first.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    on_request: Vec<Arc<OnRequest>>,
    on_response: Vec<Arc<OnResponse>>,
    on_error: Vec<Arc<OnError>>,
    transform_body: Vec<Arc<TransformBody>>,
}

type OnRequest = dyn Fn(&mut Request) -> Result<(), BoxError> + Send + Sync;
type OnResponse = dyn Fn(Response) -> Result<Response, ApiError> + Send + Sync;
type OnError = dyn Fn(ApiError) -> ApiError + Send + Sync;
type TransformBody = dyn Fn(&HeaderMap, Bytes) -> Result<Bytes, BoxError> + Send + Sync;

impl Hooks {
    pub(crate) fn extend(&mut self, added: Self) {
        self.on_request.extend(added.on_request);
        self.on_response.extend(added.on_response);
        self.on_error.extend(added.on_error);
        self.transform_body.extend(added.transform_body);
    }

    pub(crate) fn request(&self, request: &mut Request) -> Result<(), ApiError> {
        for hook in &self.on_request {
            hook(request).map_err(|error| refused(error, request))?;
        }
        Ok(())
    }

    pub(crate) fn response(&self, response: Response) -> Result<Response, ApiError> {
        let mut hooks = self.on_response.iter();
        hooks.try_fold(response, |response, hook| {
            let place = response.place();
            hook(response).map_err(|error| place.locate(error))
        })
    }

    pub(crate) fn error(&self, error: ApiError) -> ApiError {
        self.on_error.iter().fold(error, |error, hook| hook(error))
    }

    /// Whether there is anything that bodies go through.
    pub(crate) fn change_bodies(&self) -> bool {
        !self.transform_body.is_empty()
    }

    pub(crate) fn body(&self, headers: &HeaderMap, body: Bytes) -> Result<Bytes, ApiError> {
        if body.is_empty() {
            return Ok(body);
        }
        self.transform_body
            .iter()
            .try_fold(body, |body, hook| hook(headers, body))
            .map_err(|error| own(error, ErrorKind::Decode))
    }
}

/// The error of a closure, of this kind if it doesn't say so itself.
fn own(error: BoxError, kind: ErrorKind) -> ApiError {
    match error.downcast::<ApiError>() {
        Ok(typed) => *typed,
        Err(error) => ApiError::with_source(kind, error),
    }
}

/// The error of a closure that keeps a request from being sent.
fn refused(error: BoxError, request: &Request) -> ApiError {
    let error = own(error, ErrorKind::Builder);
    if error.method().is_some() {
        return error;
    }
    let (unsent, method, url) = (Call::default(), request.method(), request.url());
    unsent.count_departures();
    let error = error.for_request(method, url).after_attempts(0);
    error.in_call(&unsent, method, url)
}

impl CallOptions {
    /// Has this closure see, and change, each request once before it is sent, retries and replays aside. The client's
    /// default headers are added after it, and its credential below. An error of its own ends the call as one of kind
    /// [`Builder`](ErrorKind::Builder), an [`ApiError`] as what it is.
    ///
    /// Several run in the order in which they were added, a parent's first. What has to wait, or to see each attempt, is a
    /// [`middleware`](crate::ClientBuilder::middleware).
    ///
    /// ```
    /// use facade::CallOptions;
    ///
    /// let options = CallOptions::new().on_request(|request| {
    ///     let path = request.url().path().try_into()?;
    ///     request.headers_mut().insert("x-asked-for", path);
    ///     Ok(())
    /// });
    /// ```
    pub fn on_request(
        mut self,
        hook: impl Fn(&mut Request) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.on_request.push(Arc::new(hook));
        self
    }

    /// Has this closure see each answer that is no error, once per call, when its headers are there. It passes it on, or
    /// makes an error of it, which is told to belong to this call unless it says that it belongs to another.
    ///
    /// ```
    /// use facade::{ApiError, CallOptions, ErrorKind};
    ///
    /// // An API that answers 200 while it is closed.
    /// let options = CallOptions::new().on_response(|response| {
    ///     if response.headers().contains_key("x-maintenance") {
    ///         return Err(ApiError::new(ErrorKind::Unavailable));
    ///     }
    ///     Ok(response)
    /// });
    /// ```
    pub fn on_response(
        mut self,
        hook: impl Fn(Response) -> Result<Response, ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.on_response.push(Arc::new(hook));
        self
    }

    /// Has this closure see each error that a call ends with, once: a status, a failure on the way, a body that could not be
    /// read or decoded. It passes it on, or another in its place.
    ///
    /// What doesn't end a call is not told: a 404 or 410 that is `None` to
    /// [`fetch_optional`](crate::Request::fetch_optional), a bad line after which [`lines`](crate::Response::lines) goes on.
    ///
    /// ```
    /// use facade::CallOptions;
    ///
    /// let options = CallOptions::new().on_error(|error| {
    ///     eprintln!("{error} after {} attempts", error.attempts());
    ///     error
    /// });
    /// ```
    pub fn on_error(mut self, hook: impl Fn(ApiError) -> ApiError + Send + Sync + 'static) -> Self {
        self.hooks.on_error.push(Arc::new(hook));
        self
    }

    /// Changes each whole body that `json`, `text` and `bytes` read, before they do: unpacks an envelope, decrypts, converts a
    /// charset. It sees the answer's headers too. An error of its own ends the call as one of kind
    /// [`Decode`](ErrorKind::Decode), an [`ApiError`] as what it is: an API that answers 200 and says in an envelope that it
    /// is an error. Streams, lines and bodies of errors pass untouched, and there is nothing to change in an
    /// empty body, such as that of a 204 or of an answer to `HEAD`.
    ///
    /// A body of more than 256 KiB is changed on a thread for blocking work, where it is then decoded too.
    ///
    /// ```
    /// use facade::CallOptions;
    ///
    /// // An API that begins each body with a line against being read as a script.
    /// let options = CallOptions::new().transform_body(|_headers, body| {
    ///     let guard = b")]}'\n";
    ///     Ok(if body.starts_with(guard) { body.slice(guard.len()..) } else { body })
    /// });
    /// ```
    pub fn transform_body(
        mut self,
        transform: impl Fn(&HeaderMap, Bytes) -> Result<Bytes, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.transform_body.push(Arc::new(transform));
        self
    }
}

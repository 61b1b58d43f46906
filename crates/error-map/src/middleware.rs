//! Middleware that turns an answer with an error status into an `ApiError`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Extensions, HeaderName, Method, StatusCode};
use request_context::{Call, Verdict};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout;

use crate::answer::{Extract, Kept};
use crate::{ApiError, ErrorAnswer, ErrorDetails, ErrorFor, ErrorKind};

const BODY_LIMIT: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Middleware that turns an answer with a status of 400 or more into an [`ApiError`], with its headers and the
/// beginning of its body. Everything else passes as it is.
#[derive(Clone)]
#[must_use]
pub struct ErrorMapMiddleware {
    error_for: Option<ErrorFor>,
    body_limit: usize,
    body_timeout: Duration,
    request_id_headers: Option<Arc<[HeaderName]>>,
    extract: Option<Extract>,
}

impl ErrorMapMiddleware {
    /// A layer with the default limits.
    pub fn new() -> Self {
        Self {
            error_for: None,
            body_limit: BODY_LIMIT,
            body_timeout: BODY_TIMEOUT,
            request_id_headers: None,
            extract: None,
        }
    }

    /// Which statuses are errors. Default: 400 and above. One request may differ, by an [`ErrorFor`] in its extensions.
    ///
    /// ```
    /// use error_map::ErrorMapMiddleware;
    ///
    /// let layer = ErrorMapMiddleware::new().error_for(|status| !status.is_success());
    /// ```
    pub fn error_for(
        mut self,
        is_error: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.error_for = Some(ErrorFor::statuses(is_error));
        self
    }

    /// How many bytes of an error's body to keep; the rest is not read. Default: 64 KiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long to wait for an error's body; the status is told without the rest. Default: 5 seconds.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Which headers may hold the server's name for the request, the first that is there counts. Default: those that
    /// [`ApiError::request_id`] names.
    pub fn request_id_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.request_id_headers = Some(names.into_iter().collect());
        self
    }

    /// Reads what an API says of an error in a way of its own. What the closure leaves out, or all if it returns `None`, is
    /// read as usual. It is called when someone asks, at most once for each error.
    ///
    /// ```
    /// use error_map::{ErrorDetails, ErrorMapMiddleware};
    ///
    /// let layer = ErrorMapMiddleware::new().extract_with(|answer| {
    ///     let code = answer.headers().get("x-error-code")?.to_str().ok()?;
    ///     Some(ErrorDetails::new().with_code(code))
    /// });
    /// ```
    pub fn extract_with(
        mut self,
        extract: impl Fn(&ErrorAnswer) -> Option<ErrorDetails> + Send + Sync + 'static,
    ) -> Self {
        self.extract = Some(Arc::new(extract));
        self
    }

    /// Says with which answer an error came, where the answer's status isn't the error, as [`ApiError::with_answer`] does. What
    /// is kept of it and how it is read is as with this layer's own errors.
    #[must_use]
    pub fn with_answer(&self, error: ApiError, answer: ErrorAnswer) -> ApiError {
        error.with_kept(self.keep(answer.body_limit(self.body_limit)))
    }

    fn keep(&self, answer: ErrorAnswer) -> Kept {
        let mut kept = Kept::new(answer);
        kept.request_id_headers.clone_from(&self.request_id_headers);
        kept.extract.clone_from(&self.extract);
        kept
    }

    fn is_error(&self, status: StatusCode, extensions: &Extensions) -> bool {
        let own = extensions.get::<ErrorFor>().or(self.error_for.as_ref());
        own.map_or(status.as_u16() >= 400, |own| own.covers(status))
    }

    /// The error that the answer is. A body that breaks off, hangs or is too long never hides the status.
    async fn error(
        &self,
        method: Method,
        mut response: Response,
        extensions: &Extensions,
    ) -> ApiError {
        let mut read = Read::default();
        // An answer to HEAD has no body (RFC 9110 §9.3.2).
        if method == Method::HEAD {
            read.is_complete = true;
        } else {
            let _ = timeout(self.body_timeout, read.body(&mut response, self.body_limit)).await;
        }
        let url = response.url().clone();
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut answer = ErrorAnswer::new(status, headers, read.body.freeze());
        if !read.is_complete {
            answer = answer.broken_off();
        }
        let mut error = ApiError::from_kept(self.keep(answer)).for_url(&url);
        if let Some(broken) = read.error {
            error = error.because(broken);
        }
        let Some(call) = Call::find(extensions) else {
            return error.for_request(&method, &url);
        };
        if matches!(call.verdict(), Some(Verdict::InsufficientScope { .. })) {
            error = error.with_kind(ErrorKind::InsufficientScope);
        }
        error.in_call(call, &method, &url)
    }
}

/// What has been read of a body, also if reading it was given up.
#[derive(Default)]
struct Read {
    body: BytesMut,
    is_complete: bool,
    error: Option<reqwest::Error>,
}

impl Read {
    async fn body(&mut self, response: &mut Response, limit: usize) {
        if limit == 0 {
            self.is_complete = response.content_length() == Some(0);
            return;
        }
        loop {
            let chunk: Bytes = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break self.is_complete = true,
                Err(error) => break self.error = Some(error),
            };
            let room = limit - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            // One that is exactly as long as the limit is whole, which the next read tells.
            if chunk.len() > room {
                break;
            }
        }
    }
}

impl Default for ErrorMapMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ErrorMapMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorMapMiddleware")
            .field("error_for", &self.error_for)
            .field("body_limit", &self.body_limit)
            .field("body_timeout", &self.body_timeout)
            .field("request_id_headers", &self.request_id_headers)
            .finish_non_exhaustive()
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for ErrorMapMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let method = request.method().clone();
        let response = next.run(request, extensions).await?;
        if !self.is_error(response.status(), extensions) {
            return Ok(response);
        }
        // Boxed, like all that is rare: every request pays for the size of this future.
        let error = Box::pin(self.error(method, response, extensions)).await;
        Err(Error::middleware(error))
    }
}

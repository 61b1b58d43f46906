//! Middleware that turns an answer with an error status into an `ApiError`.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::Extensions;
use request_context::{Call, Verdict};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout;

use crate::{ApiError, ErrorKind};

const BODY_LIMIT: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Middleware that turns an answer with a status of 400 or more into an [`ApiError`], with its headers and the
/// beginning of its body. Everything else passes as it is.
#[derive(Clone, Debug)]
#[must_use]
pub struct ErrorMapMiddleware {
    body_limit: usize,
    body_timeout: Duration,
}

impl ErrorMapMiddleware {
    /// A layer with the default limits.
    pub fn new() -> Self {
        Self {
            body_limit: BODY_LIMIT,
            body_timeout: BODY_TIMEOUT,
        }
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

    /// Reads the beginning of the body. A body that breaks off, hangs or is too long never hides the status.
    async fn read(&self, response: &mut Response) -> Bytes {
        let mut body = BytesMut::new();
        let read = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                let room = self.body_limit - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if body.len() == self.body_limit {
                    break;
                }
            }
        };
        let _ = timeout(self.body_timeout, read).await;
        body.freeze()
    }
}

impl Default for ErrorMapMiddleware {
    fn default() -> Self {
        Self::new()
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
        let mut response = next.run(request, extensions).await?;
        let status = response.status();
        if status.as_u16() < 400 {
            return Ok(response);
        }
        // Boxed, like all that is rare: every request pays for the size of this future.
        let body = Box::pin(self.read(&mut response)).await;
        let url = response.url().clone();
        let headers = std::mem::take(response.headers_mut());
        let mut error = ApiError::from_answer(status, headers, body).for_request(&method, &url);
        if let Some(call) = Call::find(extensions) {
            error = error
                .after_attempts(call.attempts())
                .after_waiting(call.waited());
            if matches!(call.verdict(), Some(Verdict::InsufficientScope { .. })) {
                error = error.of_kind(ErrorKind::InsufficientScope);
            }
        }
        Err(Error::middleware(error))
    }
}

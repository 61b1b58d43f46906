//! The answer that an error is, or came with.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::de::DeserializeOwned;

use crate::{DecodeError, ErrorDetails, Problem, extract, json};

/// An answer that is an error: what a closure for [`extract_with`](crate::ErrorMapMiddleware::extract_with) gets to read.
#[derive(Clone)]
pub struct ErrorAnswer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    pub(crate) is_complete: bool,
}

impl ErrorAnswer {
    /// An answer with its whole body.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers,
            body: body.into(),
            is_complete: true,
        }
    }

    /// Keeps no more than this many bytes of the body.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        if self.body.len() > bytes {
            // A copy, so that the beginning doesn't keep all of it alive.
            self.body = Bytes::copy_from_slice(&self.body[..bytes]);
            self.is_complete = false;
        }
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The beginning of the body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The beginning of the body as text; what isn't UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body())
    }

    /// Whether that is the whole body.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Decodes the body as JSON, whatever its header says.
    ///
    /// # Errors
    ///
    /// A [`DecodeError`] when it is something else, or not complete.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        json::decode(self.body())
    }

    /// The problem details, if that is what its header says and it is (RFC 9457).
    pub fn problem(&self) -> Option<Problem> {
        Problem::of(&self.headers, self.body())
    }

    /// What the API says, in any of the shapes that APIs are known to use; empty if it is none of them.
    pub fn details(&self) -> ErrorDetails {
        extract::details(self)
    }
}

impl fmt::Debug for ErrorAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorAnswer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("is_complete", &self.is_complete)
            .finish_non_exhaustive()
    }
}

/// Reads an answer in the caller's own way.
pub(crate) type Extract = Arc<dyn Fn(&ErrorAnswer) -> Option<ErrorDetails> + Send + Sync>;

/// An answer as an error keeps it. What has to be parsed is parsed when someone asks.
pub(crate) struct Kept {
    pub(crate) answer: ErrorAnswer,
    pub(crate) arrived: SystemTime,
    /// The headers that may hold the server's name for the request; `None` for the usual ones.
    pub(crate) request_id_headers: Option<Arc<[HeaderName]>>,
    pub(crate) extract: Option<Extract>,
    details: OnceLock<ErrorDetails>,
    problem: OnceLock<Option<Problem>>,
}

/// As APIs, clouds and proxies call it.
static REQUEST_ID_HEADERS: [HeaderName; 8] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-amz-request-id"),
    HeaderName::from_static("x-ms-request-id"),
    HeaderName::from_static("x-github-request-id"),
    HeaderName::from_static("cf-ray"),
];

impl Kept {
    pub(crate) fn new(answer: ErrorAnswer) -> Self {
        Self {
            answer,
            arrived: SystemTime::now(),
            request_id_headers: None,
            extract: None,
            details: OnceLock::new(),
            problem: OnceLock::new(),
        }
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        let names = self.request_id_headers.as_deref();
        let mut names = names.unwrap_or(&REQUEST_ID_HEADERS).iter();
        names.find_map(|name| self.answer.headers.get(name)?.to_str().ok())
    }

    pub(crate) fn problem(&self) -> Option<&Problem> {
        let problem = self.problem.get_or_init(|| self.answer.problem());
        problem.as_ref()
    }

    pub(crate) fn details(&self) -> &ErrorDetails {
        self.details.get_or_init(|| {
            let own = self.extract.as_ref();
            let own = own.and_then(|extract| extract(&self.answer));
            own.unwrap_or_default().or(self.answer.details())
        })
    }
}

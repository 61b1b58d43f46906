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
    is_complete: bool,
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

    /// Says that this is not the whole body, since the rest never came or was not read.
    #[must_use]
    pub fn broken_off(mut self) -> Self {
        self.is_complete = false;
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

    /// The beginning of the body as text, whatever its header says; what isn't UTF-8 is replaced.
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
    /// A [`DecodeError`] when it is something else, or not [complete](Self::is_complete): the beginning of JSON may be JSON
    /// that says something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        if !self.is_complete {
            return Err(DecodeError::incomplete(self.body()));
        }
        json::decode(self.body())
    }

    /// The problem details, if that is what its header says and it is (RFC 9457); none of a body that isn't
    /// [complete](Self::is_complete).
    pub fn problem(&self) -> Option<Problem> {
        if !self.is_complete {
            return None;
        }
        Problem::of(&self.headers, self.body())
    }

    /// What the API says, in any of the shapes that APIs are known to use; empty if it is none of them.
    ///
    /// Whatever the server sends, this costs little: 4,096 values of JSON are looked at, 16 levels deep, and 256 errors of
    /// fields are kept, each with a name or path of up to 256 bytes.
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
        names.find_map(|name| {
            let id = self.answer.headers.get(name)?.to_str().ok()?;
            (!id.is_empty()).then_some(id)
        })
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

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;

    #[test]
    fn of_a_body_that_was_cut_no_json_is_made_though_it_might_be() {
        let headers = [(CONTENT_TYPE, "application/problem+json".parse().unwrap())];
        let headers = HeaderMap::from_iter(headers);
        let answer = |body: &'static str, limit| {
            ErrorAnswer::new(StatusCode::CONFLICT, headers.clone(), body).body_limit(limit)
        };
        let whole = answer("12345", 5);
        assert_eq!(whole.json::<u64>(), Ok(12345));
        let cut = answer("12345", 3).json::<u64>().unwrap_err();
        assert!(cut.is_incomplete(), "{cut}");
        assert!(answer(" 1", 1).json::<Option<u64>>().is_err());
        let problem = answer(r#"{"title": "x"} {"#, 14);
        assert_eq!(problem.problem(), None);
        assert_eq!(
            problem.details().message(),
            Some("x"),
            "it is what there is to read"
        );
    }
}

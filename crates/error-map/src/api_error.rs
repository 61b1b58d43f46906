//! The one error that callers see.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use request_context::{BoxError, without_url};
use url::Url;

use crate::{ErrorKind, TimeoutPhase, classify, redact};

/// What went wrong with a call, for programs that don't want to know which layer it went wrong in.
///
/// It is one pointer wide. Neither its `Display` nor its `Debug` shows a query, userinfo, a header or a body; those
/// have accessors.
pub struct ApiError(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    request: Option<(Method, Url)>,
    answer: Option<Answer>,
    attempts: u32,
    waited: Duration,
    source: Option<BoxError>,
}

/// The answer that was an error.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl ApiError {
    /// An error of this kind that comes from nothing else.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            request: None,
            answer: None,
            attempts: 1,
            waited: Duration::ZERO,
            source: None,
        }))
    }

    /// An error of this kind, because of `source`.
    ///
    /// The URL is taken out of a [`reqwest::Error`] first, since its text would show the query.
    pub fn with_source(kind: ErrorKind, source: impl Into<BoxError>) -> Self {
        let mut error = Self::new(kind);
        error.0.source = Some(without_url(source.into()));
        error
    }

    /// The error that an answer with this status is.
    pub fn from_answer(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let mut error = Self::new(classify::status(status));
        error.0.answer = Some(Answer {
            status,
            headers,
            body: body.into(),
        });
        error
    }

    /// Says which request it was. Query, userinfo and fragment of the URL are left out.
    #[must_use]
    pub fn for_request(mut self, method: &Method, url: &Url) -> Self {
        self.0.request = Some((method.clone(), redact::url(url)));
        self
    }

    /// Says how often the call was sent, replays included.
    #[must_use]
    pub fn after_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says how long the call waited between its attempts.
    #[must_use]
    pub fn after_waiting(mut self, waited: Duration) -> Self {
        self.0.waited = waited;
        self
    }

    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of the answer, if there was one and it is the error.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The headers of the answer, if the answer is the error.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The beginning of the answer's body; empty when there is none. How much is kept is the middleware's setting.
    pub fn body(&self) -> &[u8] {
        self.0.answer.as_ref().map_or(&[], |answer| &answer.body)
    }

    /// The beginning of the answer's body as text; what isn't UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body())
    }

    /// The method of the request, if it is known.
    pub fn method(&self) -> Option<&Method> {
        self.0.request.as_ref().map(|(method, _)| method)
    }

    /// The URL of the request without query, userinfo and fragment, if it is known.
    pub fn url(&self) -> Option<&Url> {
        self.0.request.as_ref().map(|(_, url)| url)
    }

    /// How often the call was sent, replays included.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call waited between its attempts, and before the first where the origin had asked to be left alone.
    pub fn waited(&self) -> Duration {
        self.0.waited
    }

    /// The first of the error's sources that has this type, however deep it is: for whoever wants more than the kind.
    ///
    /// ```
    /// use error_map::ApiError;
    /// use request_context::Cancelled;
    ///
    /// fn why(error: &ApiError) -> Option<&str> {
    ///     error.find_source::<Cancelled>()?.reason()
    /// }
    /// ```
    pub fn find_source<E: Error + 'static>(&self) -> Option<&E> {
        std::iter::successors(self.source(), |source| (*source).source())
            .find_map(|source| source.downcast_ref())
    }

    /// Whether the caller cancelled the call.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// Whether something took too long, whatever it was.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_))
    }

    /// Whether the deadline of the whole call passed.
    pub fn is_deadline(&self) -> bool {
        self.kind() == ErrorKind::Timeout(TimeoutPhase::Deadline)
    }

    /// Whether the session is over, so that only a new sign-in helps.
    pub fn is_session_ended(&self) -> bool {
        self.kind() == ErrorKind::SessionEnded
    }

    /// Whether the server said that there is no such resource.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status(), self.kind()) {
            (Some(status), ErrorKind::Other) => write!(f, "status {status}")?,
            (Some(status), kind) => write!(f, "{kind} ({})", status.as_u16())?,
            (None, kind) => write!(f, "{kind}")?,
        }
        match &self.0.request {
            Some((method, url)) => write!(f, ": {method} {url}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("kind", &self.kind())
            .field("status", &self.status())
            .field("method", &self.method())
            .field("url", &self.url().map(Url::as_str))
            .field("body_bytes", &self.body().len())
            .field("attempts", &self.attempts())
            .field("waited", &self.waited())
            .field("source", &self.0.source)
            .finish()
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_found() -> ApiError {
        let headers =
            HeaderMap::from_iter([(http::header::SET_COOKIE, "session=hunter2".parse().unwrap())]);
        ApiError::from_answer(StatusCode::NOT_FOUND, headers, "hunter2")
            .for_request(
                &Method::GET,
                &"https://ada:hunter2@api.test/users/7?key=hunter2"
                    .parse()
                    .unwrap(),
            )
            .after_attempts(2)
            .after_waiting(Duration::from_secs(3))
    }

    #[test]
    fn it_is_one_pointer_wide() {
        assert_eq!(size_of::<ApiError>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), ApiError>>(), size_of::<usize>());
    }

    #[test]
    fn its_texts_show_no_secret() {
        let error = not_found();
        assert_eq!(
            error.to_string(),
            "not found (404): GET https://api.test/users/7"
        );
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn its_accessors_show_the_answer() {
        let error = not_found();
        assert!(error.is_not_found());
        assert_eq!(error.text(), "hunter2");
        assert_eq!(error.headers().unwrap()["set-cookie"], "session=hunter2");
        assert_eq!(error.method(), Some(&Method::GET));
        assert_eq!(error.attempts(), 2);
        assert_eq!(error.waited(), Duration::from_secs(3));
    }

    #[test]
    fn a_status_without_a_kind_is_named_by_its_number() {
        let teapot = ApiError::from_answer(StatusCode::IM_A_TEAPOT, HeaderMap::new(), "");
        assert_eq!(teapot.to_string(), "status 418 I'm a teapot");
    }

    #[test]
    fn it_can_cross_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<ApiError>();
    }
}

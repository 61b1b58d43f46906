//! How an error is made, and what may be said of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use request_context::{BoxError, Hops};
use url::Url;

use super::Inner;
use crate::answer::Kept;
use crate::redacted::redacted;
use crate::{ApiError, ErrorAnswer, ErrorKind, TimeoutPhase, classify, redact};

impl ApiError {
    /// An error of this kind that comes from nothing else, such as a test or a fake of a client wants.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            method: None,
            url: None,
            answer: None,
            attempts: u32::from(kind.comes_after_sending()),
            may_have_been_sent: kind != ErrorKind::Builder,
            hops: Hops::default(),
            waited: Duration::ZERO,
            source: None,
        }))
    }

    /// An error of this kind, because of `source`.
    ///
    /// The URL is taken out of a [`reqwest::Error`] first, since its text would show the query. Any other source whose
    /// texts are known to show a secret is wrapped so that they don't; [`find_source`](Self::find_source) still finds it. See
    /// [Secrets](crate#secrets).
    ///
    /// Where it is an `ApiError` itself, the new one takes over what that one knows: request, answer, attempts.
    pub fn with_source(kind: ErrorKind, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        let facts = match source.downcast_ref() {
            Some(api) => Self::new(kind).like(api).with_kind(kind),
            None => Self::new(kind),
        };
        facts.because(source)
    }

    /// The error that an answer with this status is.
    pub fn from_answer(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self::from_kept(Kept::new(ErrorAnswer::new(status, headers, body)))
    }

    /// The error that an answer is of which only the status is known.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        let answer = ErrorAnswer::new(status, HeaderMap::new(), "");
        Self::from_kept(Kept::new(answer.broken_off()))
    }

    pub(crate) fn from_kept(kept: Kept) -> Self {
        let answer = &kept.answer;
        let mut error = Self::new(classify::answer(answer.status(), answer.headers()));
        error.0.answer = Some(Arc::new(kept));
        error.after_sending()
    }

    /// Says with which answer the error came, where the answer's status isn't the error: a body that can't be decoded, or
    /// that breaks off. The kind stays.
    #[must_use]
    pub fn with_answer(self, answer: ErrorAnswer) -> Self {
        self.with_kept(Kept::new(answer))
    }

    pub(crate) fn with_kept(mut self, kept: Kept) -> Self {
        self.0.answer = Some(Arc::new(kept));
        self.after_sending()
    }

    /// An answer, or an error of reqwest's that comes after the request was made.
    pub(crate) fn after_sending(mut self) -> Self {
        self.0.attempts = self.0.attempts.max(1);
        self.0.may_have_been_sent = true;
        self
    }

    /// Says which request it was. Query, userinfo and fragment of the URL are left out.
    #[must_use]
    pub fn for_request(mut self, method: &Method, url: &Url) -> Self {
        self.0.method = Some(method.clone());
        self.for_url(url)
    }

    pub(crate) fn for_url(mut self, url: &Url) -> Self {
        self.0.url = Some(redact::url(url));
        self
    }

    /// Says which redirects the call had followed.
    #[must_use]
    pub fn after_hops(mut self, hops: Hops) -> Self {
        self.0.hops = hops;
        self
    }

    /// Says how often the call was sent, replays and redirects included.
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

    /// Says what limit an attempt had as a whole, if any, and how much time went by, so that a timeout is told for what it
    /// was: while that limit has not passed, it was the silence that lasted too long.
    ///
    /// reqwest has one error for its `timeout` and its `read_timeout`, so this makes
    /// [`Idle`](TimeoutPhase::Idle) of [`Attempt`](TimeoutPhase::Attempt), and leaves any other kind alone.
    #[must_use]
    pub fn with_attempt_limit(mut self, limit: Option<Duration>, elapsed: Duration) -> Self {
        let has_passed = limit.is_some_and(|limit| elapsed >= limit);
        if self.kind() == ErrorKind::Timeout(TimeoutPhase::Attempt) && !has_passed {
            self.0.kind = ErrorKind::Timeout(TimeoutPhase::Idle);
        }
        self
    }

    /// Says what happened, for whoever knows better: that this API's 400 means a conflict, for example. All else stays.
    ///
    /// ```
    /// use error_map::{ApiError, ErrorKind};
    ///
    /// fn name(error: ApiError) -> ApiError {
    ///     match error.code() {
    ///         Some("name_taken") => error.with_kind(ErrorKind::Conflict),
    ///         _ => error,
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(redacted(source.into()));
        self
    }

    /// Takes over what another error says that is somewhere below this one.
    pub(crate) fn like(mut self, inner: &Self) -> Self {
        self.0.kind = inner.0.kind;
        self.0.method.clone_from(&inner.0.method);
        self.0.url.clone_from(&inner.0.url);
        self.0.answer.clone_from(&inner.0.answer);
        self.0.attempts = inner.0.attempts;
        self.0.may_have_been_sent = inner.0.may_have_been_sent;
        self.0.hops.clone_from(&inner.0.hops);
        self.0.waited = inner.0.waited;
        self
    }
}

#[cfg(test)]
mod tests {
    use request_context::Hop;

    use super::*;

    #[test]
    fn an_answer_that_is_not_the_error_is_told_beside_it() {
        let page = ErrorAnswer::new(StatusCode::OK, HeaderMap::new(), "<html>hunter2");
        let error = ApiError::new(ErrorKind::Decode).with_answer(page);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.to_string(), "the body could not be decoded (200)");
        assert_eq!(error.text(), "<html>hunter2");
    }

    fn conflict() -> ApiError {
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, 7.into())]);
        let hop = Hop::new(
            StatusCode::FOUND,
            Method::PUT,
            "http://api.test/old".parse().unwrap(),
            Method::PUT,
        );
        ApiError::from_answer(StatusCode::CONFLICT, headers, "taken")
            .for_request(&Method::PUT, &"http://api.test/x".parse().unwrap())
            .after_hops(Hops::from_iter([hop]))
            .after_attempts(3)
            .after_waiting(Duration::from_secs(2))
    }

    #[test]
    fn an_error_because_of_another_keeps_what_that_one_knows() {
        let error = ApiError::with_source(ErrorKind::Gone, conflict());
        assert_eq!(error.to_string(), "gone (409): PUT http://api.test/x");
        assert_eq!((error.attempts(), error.hops().len()), (3, 1));
        assert_eq!(error.waited(), Duration::from_secs(2));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.text(), "taken");
        let source = error.find_source::<ApiError>().unwrap();
        assert_eq!(source.kind(), ErrorKind::Conflict);
    }

    #[test]
    fn an_error_can_be_given_another_kind() {
        let error = conflict().with_kind(ErrorKind::PreconditionFailed);
        assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
        assert_eq!((error.text().as_ref(), error.attempts()), ("taken", 3));
        assert!(std::error::Error::source(&error).is_none());
    }

    #[test]
    fn a_timeout_within_the_limit_of_the_attempt_was_a_silence() {
        let seconds = Duration::from_secs;
        for (limit, elapsed, phase) in [
            (None, 3, TimeoutPhase::Idle),
            (Some(4), 3, TimeoutPhase::Idle),
            (Some(3), 3, TimeoutPhase::Attempt),
            (Some(2), 3, TimeoutPhase::Attempt),
        ] {
            let error = ApiError::new(ErrorKind::Timeout(TimeoutPhase::Attempt));
            let error = error.with_attempt_limit(limit.map(seconds), seconds(elapsed));
            assert_eq!(error.kind(), ErrorKind::Timeout(phase), "{limit:?}");
        }
        for kind in [ErrorKind::Timeout(TimeoutPhase::Deadline), ErrorKind::Reset] {
            let error = ApiError::new(kind).with_attempt_limit(None, seconds(3));
            assert_eq!(error.kind(), kind);
        }
    }
}

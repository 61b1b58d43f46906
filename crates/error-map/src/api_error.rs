//! The one error that callers see.

mod answer;
mod in_call;
mod making;
mod mapping;
mod meanings;
mod questions;

pub use mapping::MapApiError;
pub use meanings::ErrorMapping;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use request_context::{BoxError, Hops};
use url::Url;

use crate::ErrorKind;
use crate::answer::Kept;
use crate::chain::chain;
use crate::redacted::Texts;

/// What went wrong with a call, for programs that don't want to know which layer it went wrong in.
///
/// It is one pointer wide. Neither its `Display` nor its `Debug` shows a query, userinfo, a header or a body; those have
/// accessors. See [Secrets](crate#secrets) for its sources.
///
/// [`kind`](Self::kind) says what happened. Where the answer is the error, there are its [`status`](Self::status),
/// [`headers`](Self::headers) and [`body`](Self::body), and what the API says in it: [`message`](Self::message),
/// [`code`](Self::code), [`field_errors`](Self::field_errors), [`problem`](Self::problem).
pub struct ApiError(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    method: Option<Method>,
    url: Option<Url>,
    /// Shared with an error that wraps this one.
    answer: Option<Arc<Kept>>,
    attempts: u32,
    may_have_been_sent: bool,
    hops: Hops,
    waited: Duration,
    source: Option<BoxError>,
}

impl ApiError {
    fn kept(&self) -> Option<&Kept> {
        self.0.answer.as_deref()
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The method of the request, if it is known.
    pub fn method(&self) -> Option<&Method> {
        self.0.method.as_ref()
    }

    /// The URL of the request without query, userinfo and fragment, if it is known.
    pub fn url(&self) -> Option<&Url> {
        self.0.url.as_ref()
    }

    /// The redirects that the call had followed.
    pub fn hops(&self) -> &Hops {
        &self.0.hops
    }

    /// How often the call was sent, replays and redirects included, and attempts that found no connection; 0 if it never
    /// left. A call outside the facade is only known as far as the error itself tells, unless someone says
    /// [in which call](Self::in_call) it was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether a server may have got the request, this time or an earlier one, or a redirect's. False only where it is known
    /// that nothing was sent: the request could not be made, the call ended before it left, or no attempt found a
    /// connection. Then even a payment may be sent again.
    ///
    /// The facade knows. So does a chain whose innermost layer tells, as `safe-retry`'s headers timeout does, if someone
    /// says [in which call](Self::in_call) it was, and if the reqwest client below follows no redirects by itself. Elsewhere
    /// this is true for any error but those of kind [`Builder`](ErrorKind::Builder).
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }

    /// How long the call waited between its attempts, and before the first where the origin had asked to be left alone.
    pub fn waited(&self) -> Duration {
        self.0.waited
    }

    /// The first of the error's sources that has this type, however deep it is: for whoever wants more than the kind. It
    /// looks into errors that a walk along [`source`](Error::source) would miss, such as those within an
    /// [`io::Error`](std::io::Error).
    ///
    /// What it finds is as it came; the text of an error that others made may show what this one's doesn't.
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
        chain(self.source()?).find_map(|source| source.downcast_ref())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status(), self.kind()) {
            (Some(status), ErrorKind::Other) => write!(f, "status {status}")?,
            (Some(status), kind) => write!(f, "{kind} ({})", status.as_u16())?,
            (None, kind) => write!(f, "{kind}")?,
        }
        match (self.method(), self.url()) {
            (Some(method), Some(url)) => write!(f, ": {method} {url}"),
            (None, Some(url)) => write!(f, ": {url}"),
            _ => Ok(()),
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
            .field("may_have_been_sent", &self.may_have_been_sent())
            .field("hops", self.hops())
            .field("waited", &self.waited())
            .field("source", &Texts::of(self.source()))
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
    use http::{HeaderMap, StatusCode};

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

    /// Whose texts nobody can look into: its `Debug` shows what it holds.
    #[derive(Debug, thiserror::Error)]
    #[error("not taken")]
    #[allow(dead_code, reason = "only shown")]
    struct Holds(&'static str);

    #[test]
    fn its_debug_shows_the_texts_of_its_sources_and_not_what_they_hold() {
        let error = ApiError::with_source(ErrorKind::Other, Holds("hunter2"));
        let shown = format!("{error:?} {error:#?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains(r#"source: ["not taken"]"#), "{shown}");
        assert!(error.source().unwrap().is::<Holds>());
    }

    #[test]
    fn its_accessors_show_the_request() {
        let error = not_found();
        assert_eq!(error.method(), Some(&Method::GET));
        assert_eq!(error.url().unwrap().as_str(), "https://api.test/users/7");
        assert_eq!(error.attempts(), 2);
        assert_eq!(error.waited(), Duration::from_secs(3));
    }

    #[test]
    fn a_status_without_a_kind_is_named_by_its_number() {
        let teapot = ApiError::from_answer(StatusCode::IM_A_TEAPOT, HeaderMap::new(), "");
        assert_eq!(teapot.to_string(), "status 418 I'm a teapot");
    }

    #[test]
    fn a_source_is_found_where_source_leads_past_it() {
        let io = std::io::Error::other(request_context::Cancelled::new());
        let error = ApiError::with_source(ErrorKind::Other, io);
        assert!(error.find_source::<request_context::Cancelled>().is_some());
        assert!(error.find_source::<ApiError>().is_none());
    }

    #[test]
    fn it_can_cross_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<ApiError>();
    }
}

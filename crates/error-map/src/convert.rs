//! From the errors of the host crates to ours: what really happened, through whatever wraps it.

use std::error::Error;

use http::StatusCode;

use crate::chain::chain;
use crate::transport::{self, Stage};
use crate::{ApiError, DecodeError, ErrorKind, classify, transparent};

/// Finds what really happened in a reqwest error: the typed errors of our layers come out of a body wrapped in it, a body
/// that broke off says that it can't be decoded.
///
/// The URL goes over to the error without what must not be shown; the method isn't known.
impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        let facts = of_reqwest(&error);
        // Its text shows the server's reason phrase, and it knows no more than the status.
        if error.is_status() {
            return facts;
        }
        // serde's own text quotes the value that it did not like.
        match json_error(&error).map(DecodeError::from) {
            Some(json) => facts.because(json),
            None => facts.because(error),
        }
    }
}

/// Finds what really happened in an error that came up a chain, whoever wrapped it on the way, as long as the wrapper
/// tells its source. An [`ApiError`] in it comes out as it is.
impl From<reqwest_middleware::Error> for ApiError {
    fn from(error: reqwest_middleware::Error) -> Self {
        let error = match error {
            reqwest_middleware::Error::Reqwest(error) => return error.into(),
            reqwest_middleware::Error::Middleware(error) => error,
        };
        let error = match error.downcast::<Self>() {
            Ok(api) => return api,
            Err(other) => other,
        };
        let error = match error.downcast::<reqwest::Error>() {
            Ok(transport) => return transport.into(),
            Err(other) => other,
        };
        let error = match error.downcast::<reqwest_middleware::Error>() {
            Ok(host) => return host.into(),
            Err(other) => other,
        };
        #[cfg(feature = "reqwest-retry")]
        let error = match error.downcast::<reqwest_retry::RetryError>() {
            Ok(retry) => return retry.into(),
            Err(other) => other,
        };
        let facts = below(&*error);
        // This way of unwrapping keeps the source's own type, so that a caller can still match it.
        facts.because(error.reallocate_into_boxed_dyn_error_without_backtrace())
    }
}

/// What reqwest-retry's own middleware ends with, whatever became of its last attempt.
#[cfg(feature = "reqwest-retry")]
impl From<reqwest_retry::RetryError> for ApiError {
    fn from(error: reqwest_retry::RetryError) -> Self {
        match error {
            reqwest_retry::RetryError::Error(error) => error.into(),
            reqwest_retry::RetryError::WithRetries { retries, err } => {
                let error = Self::from(err);
                let attempts = retries.saturating_add(1).max(error.attempts());
                error.after_attempts(attempts)
            }
        }
    }
}

/// The first in the chain that says what happened, told by an error without a source.
fn below(error: &(dyn Error + 'static)) -> ApiError {
    chain(error)
        .find_map(|error| typed(error).or_else(|| hidden(error)))
        .unwrap_or_else(|| ApiError::new(ErrorKind::Other))
}

/// What a transparent wrapper hides. Its source is that of what it wraps, so it is read before what is below. One that only
/// repeats its source hides nothing: the source itself knows more.
fn hidden(error: &(dyn Error + 'static)) -> Option<ApiError> {
    let text = error.to_string();
    let mut below = chain(error).skip(1);
    if below
        .next()
        .is_some_and(|source| source.to_string() == text)
    {
        return None;
    }
    transparent::read(error)
}

fn typed(error: &(dyn Error + 'static)) -> Option<ApiError> {
    if let Some(api) = error.downcast_ref::<ApiError>() {
        return Some(ApiError::new(api.kind()).like(api));
    }
    if let Some(reqwest) = error.downcast_ref::<reqwest::Error>() {
        return Some(of_reqwest(reqwest));
    }
    classify::ours(error).map(ApiError::new)
}

fn of_reqwest(error: &reqwest::Error) -> ApiError {
    // `error_for_status`.
    let status: Option<StatusCode> = error.status().filter(|_| error.is_status());
    let typed = match status {
        Some(status) => ApiError::from_status(status),
        None if json_error(error).is_some() => ApiError::new(ErrorKind::Decode),
        None => match transport::kind(error, Stage::of(error), error.url()) {
            ErrorKind::Builder => ApiError::new(ErrorKind::Builder),
            kind => ApiError::new(kind).after_sending(),
        },
    };
    match error.url() {
        Some(url) => typed.for_url(url),
        None => typed,
    }
}

/// What `Response::json` did not like. A request's body may fail with such an error too.
fn json_error(error: &reqwest::Error) -> Option<&serde_json::Error> {
    let source = error.source().filter(|_| error.is_decode())?;
    source.downcast_ref()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use http::HeaderMap;
    use request_context::{Cancelled, SessionEnded};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a layer of the caller's own")]
    struct Own;

    #[derive(Debug, thiserror::Error)]
    #[error("wrapped")]
    struct Wrapped<E: Error + 'static>(#[source] E);

    fn convert(error: impl Error + Send + Sync + 'static) -> ApiError {
        reqwest_middleware::Error::middleware(error).into()
    }

    #[test]
    fn an_api_error_comes_out_as_it_is() {
        let error = convert(ApiError::new(ErrorKind::Conflict));
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.source().is_none());
    }

    #[test]
    fn a_typed_error_of_a_layer_is_recognised_and_stays_matchable() {
        let error = convert(Cancelled::new());
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(error.source().unwrap().is::<Cancelled>());
    }

    #[test]
    fn a_typed_error_is_found_below_what_wraps_it() {
        let error = convert(Wrapped(SessionEnded::signed_out()));
        assert_eq!(error.kind(), ErrorKind::SessionEnded);
        assert!(error.source().unwrap().is::<Wrapped<SessionEnded>>());
    }

    #[test]
    fn an_error_of_the_callers_own_layer_stays_matchable() {
        let error = convert(Own);
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(error.source().unwrap().is::<Own>());
    }

    #[test]
    fn a_reqwest_error_is_recognised_wherever_it_is_and_loses_its_url() {
        let builder_error = || {
            let client = reqwest::Client::new();
            client
                .get("http://api.test/?key=hunter2")
                .header("bad name", "x")
                .build()
                .unwrap_err()
        };
        let url = "http://api.test/?key=hunter2".parse::<url::Url>().unwrap();
        let nested = convert(builder_error().with_url(url.clone()));
        let direct = ApiError::from(builder_error().with_url(url));
        for error in [nested, direct] {
            assert_eq!(error.kind(), ErrorKind::Builder);
            let source = error.source().unwrap();
            assert!(source.is::<reqwest::Error>());
            assert!(!format!("{source} {source:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_others_wrapped_is_found_at_any_depth() {
        let host = reqwest_middleware::Error::middleware(Wrapped(Wrapped(Cancelled::new())));
        let error = convert(Wrapped(std::io::Error::other(host)));
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(error.find_source::<Cancelled>().is_some());
    }

    #[test]
    fn an_api_error_that_was_wrapped_tells_what_it_knows() {
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, 7.into())]);
        let api = ApiError::from_answer(StatusCode::TOO_MANY_REQUESTS, headers, "slowly");
        let url = "http://api.test/x".parse().unwrap();
        let api = api.for_request(&http::Method::PUT, &url).after_attempts(3);
        let error = convert(Wrapped(api));
        assert_eq!(
            error.to_string(),
            "too many requests (429): PUT http://api.test/x"
        );
        assert_eq!((error.text().as_ref(), error.attempts()), ("slowly", 3));
        assert!(error.retry_after().is_some() && error.is_transient());
        assert!(error.source().unwrap().is::<Wrapped<ApiError>>());
    }

    #[test]
    fn the_error_that_caused_another_is_not_taken_for_it() {
        let refused = ApiError::from_answer(StatusCode::BAD_REQUEST, HeaderMap::new(), "");
        let error = convert(Wrapped(SessionEnded::rejected(refused)));
        assert_eq!(error.kind(), ErrorKind::SessionEnded);
        assert_eq!(error.status(), None);
    }

    /// The host's own wrapper within itself, as a middleware that runs a client of its own has it.
    #[test]
    fn the_hosts_error_within_the_hosts_is_unwrapped() {
        let host = reqwest_middleware::Error::middleware(ApiError::new(ErrorKind::Gone));
        assert_eq!(convert(host).kind(), ErrorKind::Gone);
    }

    #[test]
    fn a_status_that_reqwest_made_an_error_of_is_an_answer() {
        let answer = http::Response::builder()
            .status(409)
            .body("hunter2")
            .unwrap();
        let refused = || {
            reqwest::Response::from(answer.clone())
                .error_for_status()
                .unwrap_err()
        };
        for error in [ApiError::from(refused()), convert(Wrapped(refused()))] {
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert_eq!(error.status().unwrap(), 409);
        }
    }
}

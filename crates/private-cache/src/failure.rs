//! Whether a call failed on its way, so that a stale answer may stand in.

use std::error::Error as StdError;

use http::StatusCode;
use request_context::{
    Cancelled, CredentialError, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut,
    RedirectRefused, SessionEnded,
};
use reqwest_middleware::Error;

/// Whether the origin could not be reached, or has broken off. What is wrong with the caller's credential, or was the caller's own
/// decision, is no such failure; nor is what a layer that isn't known has to say.
pub(crate) fn is_on_the_way(error: &Error) -> bool {
    match error {
        Error::Reqwest(error) => is_transport(error),
        Error::Middleware(error) => {
            let links = || error.chain();
            links().all(|link| !is_final(link)) && links().any(is_failure)
        }
    }
}

/// The errors of RFC 5861 §4.
pub(crate) fn is_of_the_server(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

fn is_final(link: &(dyn StdError + 'static)) -> bool {
    let is_nested = |error: &Error| match error {
        Error::Middleware(error) => error.chain().any(is_final),
        Error::Reqwest(_) => false,
    };
    link.is::<Cancelled>()
        || link.is::<SessionEnded>()
        || link.is::<CredentialUnavailable>()
        || link.is::<CredentialError>()
        || link.is::<RedirectRefused>()
        || link.downcast_ref().is_some_and(is_nested)
}

fn is_failure(link: &(dyn StdError + 'static)) -> bool {
    link.is::<DeadlineExceeded>()
        || link.is::<HeadersTimedOut>()
        || link.downcast_ref().is_some_and(is_transport)
        || link.downcast_ref().is_some_and(is_on_the_way)
}

/// A body that breaks off while a layer below reads it says that it can't be decoded.
fn is_transport(error: &reqwest::Error) -> bool {
    error.is_timeout()
        || error.is_connect()
        || error.is_request()
        || error.is_body()
        || error.is_decode()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a layer that isn't ours wraps what it got.
    #[derive(Debug)]
    struct Wrapped(Error);

    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("failed after 3 retries")
        }
    }

    impl StdError for Wrapped {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("strange")]
    struct Strange;

    fn builder_error() -> reqwest::Error {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client
            .get("http://a.test")
            .header("bad name", "x")
            .build()
            .unwrap_err()
    }

    fn wrapped(error: Error) -> Error {
        Error::middleware(Wrapped(error))
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_failed_on_the_way_lets_a_stale_answer_stand_in() {
        let script = testkit::ScriptedTransport::new()
            .then(testkit::Answer::fail_to_connect())
            .then(testkit::Answer::time_out())
            .then(testkit::Answer::time_out());
        let client = script.client();
        let mut failures = Vec::new();
        for _ in 0..3 {
            failures.push(client.get("http://a.test/").send().await.unwrap_err());
        }
        let last = failures.pop().unwrap();
        for (error, expected) in [
            (failures.remove(0), true),
            (failures.remove(0), true),
            (wrapped(last), true),
            (Error::middleware(DeadlineExceeded::new()), true),
            (Error::middleware(HeadersTimedOut::new()), true),
            (wrapped(Error::middleware(HeadersTimedOut::new())), true),
            (Error::middleware(Cancelled::new()), false),
            (Error::middleware(SessionEnded::signed_out()), false),
            (
                wrapped(Error::middleware(SessionEnded::signed_out())),
                false,
            ),
            (
                Error::middleware(CredentialUnavailable::new(Strange)),
                false,
            ),
            (
                Error::middleware(CredentialUnavailable::new(HeadersTimedOut::new())),
                false,
            ),
            (Error::middleware(CredentialError::new(Strange)), false),
            (Error::middleware(Strange), false),
            (wrapped(Error::middleware(Strange)), false),
            (builder_error().into(), false),
        ] {
            assert_eq!(is_on_the_way(&error), expected, "{error:?}");
        }
    }

    #[test]
    fn four_statuses_are_failures_of_the_server() {
        let failures =
            (100..600).filter(|code| is_of_the_server(StatusCode::from_u16(*code).unwrap()));
        assert_eq!(failures.collect::<Vec<_>>(), [500, 502, 503, 504]);
    }
}

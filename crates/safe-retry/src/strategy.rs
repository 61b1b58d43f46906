//! Which failures may be over in a moment.

use std::error::Error as StdError;
use std::io;

use http::StatusCode;
use request_context::HeadersTimedOut;
use reqwest::Response;
use reqwest_middleware::Error;
use reqwest_retry::{Retryable, RetryableStrategy, default_on_request_failure};

/// The default strategy: which failures may be over in a moment.
///
/// - Statuses 408, 429, 500, 502, 503 and 504; not 501, and no other.
/// - No connection, unless TLS was at fault, a certificate for example.
/// - A timeout of one attempt, or of its headers.
/// - A connection or an HTTP/2 stream that was reset or closed before an answer.
///
/// Not: an answer that isn't HTTP, a request body that failed, redirects, requests that could not be built, and errors of
/// other layers.
///
/// A strategy of yours can build on it:
///
/// ```
/// use reqwest::Response;
/// use reqwest_middleware::Error;
/// use safe_retry::{RetryMiddleware, Retryable, RetryableStrategy, TransientFailures};
///
/// struct OrPending;
///
/// impl RetryableStrategy for OrPending {
///     fn handle(&self, outcome: &Result<Response, Error>) -> Option<Retryable> {
///         match outcome {
///             Ok(answer) if answer.headers().contains_key("x-pending") => Some(Retryable::Transient),
///             other => TransientFailures.handle(other),
///         }
///     }
/// }
///
/// let layer = RetryMiddleware::new().strategy(OrPending);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TransientFailures;

impl RetryableStrategy for TransientFailures {
    fn handle(&self, outcome: &Result<Response, Error>) -> Option<Retryable> {
        match outcome {
            Ok(response) => is_transient(response.status()).then_some(Retryable::Transient),
            Err(Error::Reqwest(error)) if is_tls(error) => Some(Retryable::Fatal),
            Err(error) => of_connection(error).or_else(|| default_on_request_failure(error)),
        }
    }
}

/// What a strategy says of an outcome, after what our own layers say. reqwest-retry's vocabulary has no word for those:
/// it calls whatever a layer returns fatal, and so a body that this layer has read and that broke off.
pub(crate) fn is_worth_another_try(
    outcome: &Result<Response, Error>,
    strategy: &dyn RetryableStrategy,
    asked_for: impl Fn(StatusCode) -> bool,
) -> bool {
    match outcome {
        Ok(response) if asked_for(response.status()) => true,
        Err(Error::Middleware(error)) if error.is::<HeadersTimedOut>() => true,
        Err(Error::Reqwest(error)) if broke_off_in_body(error) => true,
        outcome => matches!(strategy.handle(outcome), Some(Retryable::Transient)),
    }
}

fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// A handshake failed, for a certificate's sake for example: trying again would meet the same.
///
/// rustls reports it as invalid data. Other TLS libraries have errors of their own, so that no IO error is involved.
/// Neither is one when hickory can't resolve a name, or a proxy can't reach the host: that may well work in a moment, and
/// those errors have no type to tell them by.
fn is_tls(error: &reqwest::Error) -> bool {
    if !error.is_connect() || error.is_timeout() {
        return false;
    }
    let mut kinds = io_kinds(error).peekable();
    if kinds.peek().is_some() {
        return kinds.any(|kind| kind == io::ErrorKind::InvalidData);
    }
    let before_tls = ["dns error", "tunnel error", "SOCKS error"];
    !sources(error).any(|source| {
        let text = source.to_string();
        before_tls.iter().any(|error| text.starts_with(error)) && !text.contains("authorization")
    })
}

/// The body broke off or took too long. What a layer's own body ends with is not meant, nor what can't be decompressed.
fn broke_off_in_body(error: &reqwest::Error) -> bool {
    (error.is_body() || error.is_decode())
        && (error.is_timeout() || sources(error).any(<dyn StdError>::is::<hyper::Error>))
}

/// What an error after the connection was made means. It went away, unless the answer isn't HTTP or the request's own body
/// has failed: that error may look the same, where the body comes from a connection too.
fn of_connection(error: &Error) -> Option<Retryable> {
    let Error::Reqwest(error) = error else {
        return None;
    };
    let by_hyper = sources(error).find_map(|source| source.downcast_ref::<hyper::Error>());
    let by_hyper = by_hyper.filter(|_| error.is_request() && !error.is_connect())?;
    Some(if by_hyper.is_parse() || by_hyper.is_user() {
        Retryable::Fatal
    } else {
        Retryable::Transient
    })
}

/// Whether nothing was sent, since there was no connection. The error of a request body may look the same, where that is
/// another request's answer.
pub(crate) fn found_no_connection(error: &Error) -> bool {
    let Error::Reqwest(error) = error else {
        return false;
    };
    let by_hyper = sources(error).find_map(|source| source.downcast_ref::<hyper::Error>());
    error.is_connect() && !by_hyper.is_some_and(hyper::Error::is_user)
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |source| (*source).source())
}

fn io_kinds(error: &reqwest::Error) -> impl Iterator<Item = io::ErrorKind> {
    // An io::Error may hold the one that matters without calling it its source.
    sources(error).flat_map(|source| {
        let outer = source.downcast_ref::<io::Error>();
        let inner = outer
            .and_then(io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<io::Error>());
        [outer, inner].into_iter().flatten().map(io::Error::kind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_statuses_may_be_over_in_a_moment() {
        let transient: Vec<_> = (100..600)
            .filter(|code| is_transient(StatusCode::from_u16(*code).unwrap()))
            .collect();
        assert_eq!(transient, [408, 429, 500, 502, 503, 504]);
    }

    #[test]
    fn what_a_layer_returns_is_fatal_but_for_a_headers_timeout() {
        let worth = |error| is_worth_another_try(&Err(error), &TransientFailures, |_| false);
        assert!(worth(Error::middleware(HeadersTimedOut::new())));
        assert!(!worth(Error::middleware(request_context::Cancelled::new())));
        assert!(!worth(Error::middleware(
            request_context::SessionEnded::signed_out()
        )));
        let unavailable = request_context::CredentialUnavailable::new("busy");
        assert!(!worth(Error::middleware(unavailable)));
    }

    #[test]
    fn more_statuses_can_be_worth_another_try() {
        let conflict = || {
            Ok(Response::from(
                http::Response::builder().status(409).body("").unwrap(),
            ))
        };
        assert!(!is_worth_another_try(
            &conflict(),
            &TransientFailures,
            |_| false
        ));
        assert!(is_worth_another_try(
            &conflict(),
            &TransientFailures,
            |status| status == StatusCode::CONFLICT
        ));
    }
}

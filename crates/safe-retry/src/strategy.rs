//! Which failures may be over in a moment.

use std::error::Error as StdError;
use std::io;

use h2::Reason;
use http::StatusCode;
use request_context::HeadersTimedOut;
use reqwest::Response;
use reqwest_middleware::Error;
use reqwest_retry::{Retryable, RetryableStrategy, default_on_request_failure};

/// The default strategy: which failures may be over in a moment.
///
/// - Statuses 408, 429, 500, 502, 503 and 504; not 501, and no other.
/// - No connection, unless TLS was at fault, a certificate for example, or a proxy that wants a credential. The platform's
///   TLS is recognised with the feature `native-tls`.
/// - A timeout of one attempt, or of its headers.
/// - A connection or an HTTP/2 stream that was reset or closed before an answer.
///
/// Not: an answer that isn't HTTP, an HTTP/2 server that finds a fault in the protocol or wants HTTP/1.1, a request body that
/// failed, redirects, requests that could not be built, and errors of other layers.
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
            Err(Error::Reqwest(error)) if will_not_connect(error) => Some(Retryable::Fatal),
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

/// Whether trying to connect would meet the same again: a certificate that isn't the host's, a proxy without a password.
fn will_not_connect(error: &reqwest::Error) -> bool {
    error.is_connect() && !error.is_timeout() && (is_tls(error) || wants_credential(error))
}

/// rustls reports a failed handshake as invalid data, the platform's TLS by an error of its own. A handshake that is cut off
/// is no fault of either.
fn is_tls(error: &reqwest::Error) -> bool {
    #[cfg(feature = "native-tls")]
    if let Some(tls) = sources(error).find_map(|source| source.downcast_ref::<native_tls::Error>())
    {
        return io_kinds(error).next().is_none() && tls.to_string() != "unexpected EOF";
    }
    error.url().is_none_or(|url| url.scheme() == "https")
        && io_kinds(error).any(|kind| kind == io::ErrorKind::InvalidData)
}

/// The errors of proxies have no public type.
fn wants_credential(error: &reqwest::Error) -> bool {
    let texts = [
        "tunnel error: proxy authorization required",
        "SOCKS error: credentials not accepted",
        "SOCKS error: server does not support user/pass authentication",
    ];
    sources(error).any(|source| texts.contains(&source.to_string().as_str()))
}

/// The body broke off or took too long. What a layer's own body ends with is not meant, nor what can't be decompressed.
fn broke_off_in_body(error: &reqwest::Error) -> bool {
    (error.is_body() || error.is_decode())
        && (error.is_timeout() || sources(error).any(<dyn StdError>::is::<hyper::Error>))
}

/// What an error of a connection that was there means. It went away, unless the answer isn't HTTP or the request's own body
/// has failed: that error may look the same, where the body comes from a connection too.
fn of_connection(error: &Error) -> Option<Retryable> {
    let Error::Reqwest(error) = error else {
        return None;
    };
    let by_hyper = sources(error).find_map(|source| source.downcast_ref::<hyper::Error>());
    let by_hyper = by_hyper.filter(|_| error.is_request() && !error.is_connect())?;
    let by_http2 = sources(error).find_map(|source| source.downcast_ref());
    let is_fatal =
        by_hyper.is_parse() || by_hyper.is_user() || by_http2.is_some_and(will_say_the_same);
    Some(if is_fatal {
        Retryable::Fatal
    } else {
        Retryable::Transient
    })
}

/// Whether the two sides of an HTTP/2 connection would come to the same again (RFC 9113 §7).
fn will_say_the_same(error: &h2::Error) -> bool {
    match error.reason() {
        None | Some(Reason::NO_ERROR) => false,
        Some(
            Reason::PROTOCOL_ERROR
            | Reason::FLOW_CONTROL_ERROR
            | Reason::FRAME_SIZE_ERROR
            | Reason::COMPRESSION_ERROR
            | Reason::INADEQUATE_SECURITY
            | Reason::HTTP_1_1_REQUIRED,
        ) => true,
        // What this side has detected, or its request body that failed.
        Some(_) => !error.is_remote(),
    }
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

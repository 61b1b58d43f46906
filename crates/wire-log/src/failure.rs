//! What went wrong, in words that show nothing of the request.

use std::error::Error as StdError;
use std::io;
use std::iter::successors;

use request_context::{Cancelled, DeadlineExceeded, HeadersTimedOut};
use reqwest_middleware::Error;

/// OpenTelemetry's `error.type`: one of a few words.
pub(crate) fn kind(error: &Error) -> &'static str {
    match error {
        Error::Reqwest(error) => reqwest_kind(error),
        Error::Middleware(error) if error.is::<HeadersTimedOut>() => "timeout",
        Error::Middleware(error) if error.is::<DeadlineExceeded>() => "timeout",
        Error::Middleware(error) if error.is::<Cancelled>() => "cancelled",
        Error::Middleware(error) => match error.downcast_ref::<reqwest::Error>() {
            Some(error) => reqwest_kind(error),
            None => "middleware",
        },
    }
}

/// What the system says, if it says anything: "connection refused". An error's own text may show the URL.
pub(crate) fn message(error: &Error) -> Option<io::ErrorKind> {
    let error: &(dyn StdError + 'static) = match error {
        Error::Reqwest(error) => error,
        Error::Middleware(error) => error.as_ref(),
    };
    let mut kinds: Vec<_> = successors(Some(error), |error| (*error).source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .map(io::Error::kind)
        .collect();
    kinds.retain(|kind| *kind != io::ErrorKind::Other);
    kinds.pop()
}

fn reqwest_kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "timeout";
    }
    if error.is_redirect() {
        return "redirect";
    }
    if error.is_builder() {
        return "builder";
    }
    if error.is_body() || error.is_decode() {
        return "body";
    }
    #[cfg(not(target_arch = "wasm32"))]
    if error.is_connect() {
        return "connect";
    }
    "request"
}

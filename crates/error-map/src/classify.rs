//! From facts to a kind: pure functions.

use std::error::Error;

use http::StatusCode;
use request_context::{
    Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, RedirectRefused,
    SessionEnded,
};

use crate::{ErrorKind, TimeoutPhase};

/// The kind of a status that is an error.
pub(crate) fn status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        410 => ErrorKind::Gone,
        412 => ErrorKind::PreconditionFailed,
        413 => ErrorKind::PayloadTooLarge,
        422 => ErrorKind::Unprocessable,
        429 => ErrorKind::RateLimited,
        502..=504 => ErrorKind::Unavailable,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Other,
    }
}

/// The kind of an error that one of our layers returned, wherever in the chain of sources it is.
pub(crate) fn known(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    chain(error).find_map(one_of_ours)
}

fn one_of_ours(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    Some(match error {
        error if error.is::<Cancelled>() => ErrorKind::Cancelled,
        error if error.is::<DeadlineExceeded>() => ErrorKind::Timeout(TimeoutPhase::Deadline),
        error if error.is::<HeadersTimedOut>() => ErrorKind::Timeout(TimeoutPhase::Headers),
        error if error.is::<SessionEnded>() => ErrorKind::SessionEnded,
        error if error.is::<CredentialUnavailable>() => ErrorKind::CredentialUnavailable,
        error if error.is::<RedirectRefused>() => ErrorKind::Redirect,
        _ => return None,
    })
}

/// The kind of an error of reqwest's.
pub(crate) fn transport(error: &reqwest::Error) -> ErrorKind {
    if let Some(kind) = known(error) {
        return kind;
    }
    match error {
        error if error.is_timeout() && error.is_connect() => {
            ErrorKind::Timeout(TimeoutPhase::Connect)
        }
        error if error.is_timeout() => ErrorKind::Timeout(TimeoutPhase::Attempt),
        error if error.is_connect() => ErrorKind::Connect,
        error if error.is_redirect() => ErrorKind::Redirect,
        error if error.is_builder() => ErrorKind::Builder,
        error if error.is_status() => error.status().map_or(ErrorKind::Other, status),
        // reqwest calls a body that broke off a decoding error too.
        error if error.is_request() || error.is_body() || error.is_decode() => ErrorKind::Reset,
        _ => ErrorKind::Other,
    }
}

/// The JSON error that reqwest's own `json` ended with, if that is what this is.
pub(crate) fn json_error(error: &reqwest::Error) -> Option<&serde_json::Error> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The error and all its sources.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_kind() {
        let table = [
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Unauthorized),
            (402, ErrorKind::Other),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::Other),
            (409, ErrorKind::Conflict),
            (410, ErrorKind::Gone),
            (412, ErrorKind::PreconditionFailed),
            (413, ErrorKind::PayloadTooLarge),
            (422, ErrorKind::Unprocessable),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (501, ErrorKind::Server),
            (502, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
            (504, ErrorKind::Unavailable),
            (599, ErrorKind::Server),
            (600, ErrorKind::Other),
        ];
        for (code, kind) in table {
            assert_eq!(status(StatusCode::from_u16(code).unwrap()), kind, "{code}");
        }
    }

    #[test]
    fn each_shared_error_is_recognised() {
        let table: [(&(dyn Error + 'static), ErrorKind); 6] = [
            (&Cancelled::new(), ErrorKind::Cancelled),
            (
                &DeadlineExceeded::new(),
                ErrorKind::Timeout(TimeoutPhase::Deadline),
            ),
            (
                &HeadersTimedOut::new(),
                ErrorKind::Timeout(TimeoutPhase::Headers),
            ),
            (&SessionEnded::signed_out(), ErrorKind::SessionEnded),
            (
                &CredentialUnavailable::new("busy"),
                ErrorKind::CredentialUnavailable,
            ),
            (&RedirectRefused::new("to plain http"), ErrorKind::Redirect),
        ];
        for (error, kind) in table {
            assert_eq!(known(error), Some(kind));
        }
        assert_eq!(known(&std::fmt::Error), None);
    }
}

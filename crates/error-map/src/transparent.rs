//! Errors that are known by their words alone.
//!
//! A transparent wrapper, as in `#[error(transparent)] Http(#[from] reqwest_middleware::Error)`, forwards the text and the
//! source of what it wraps, and has a type of its own: the error itself is out of reach. Those two are what is left to
//! know it by. Words that others may well say, such as "not found", mean nothing.

use std::error::Error;

use http::{HeaderMap, Method, StatusCode};
use request_context::{
    CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, RedirectRefusal, RedirectRefused,
    SessionEnded,
};
use url::Url;

use crate::transport::{self, Stage};
use crate::{ApiError, ErrorAnswer, ErrorKind, TimeoutPhase};

/// What the error that this one forwards says, if it is reqwest's, one of our layers' or an [`ApiError`].
pub(crate) fn read(error: &(dyn Error + 'static)) -> Option<ApiError> {
    let text = error.to_string();
    if let Some(kind) = of_layer(&text) {
        return Some(ApiError::new(kind));
    }
    if let Some(stage) = Stage::read(&text) {
        return Some(ApiError::new(transport::kind(error, stage, None)));
    }
    of_status(&text).or_else(|| of_api_error(&text))
}

fn of_layer(text: &str) -> Option<ErrorKind> {
    let is = |error: &dyn Error| text == error.to_string();
    let refused = RedirectRefused::new(RedirectRefusal::Loop);
    let refused = refused.to_string();
    let refused = refused.split_inclusive(": ").next();
    Some(match text {
        _ if text == "the call was cancelled" || text.starts_with("the call was cancelled: ") => {
            ErrorKind::Cancelled
        }
        _ if is(&DeadlineExceeded::new()) => ErrorKind::Timeout(TimeoutPhase::Deadline),
        _ if is(&HeadersTimedOut::new()) => ErrorKind::Timeout(TimeoutPhase::Headers),
        _ if is(&SessionEnded::signed_out()) || is(&SessionEnded::rejected("")) => {
            ErrorKind::SessionEnded
        }
        _ if is(&CredentialUnavailable::new("")) => ErrorKind::CredentialUnavailable,
        _ if refused.is_some_and(|refused| text.starts_with(refused)) => ErrorKind::Redirect,
        _ => return None,
    })
}

/// reqwest's `error_for_status`.
fn of_status(text: &str) -> Option<ApiError> {
    let rest = text.strip_prefix("HTTP status ")?;
    let (_, rest) = rest.split_once(" error (")?;
    let status = rest.get(..3)?.parse().ok()?;
    let error = ApiError::from_status(status);
    let url = rest
        .split_once(" for url (")
        .and_then(|(_, url)| url.strip_suffix(')')?.parse().ok());
    Some(match url {
        Some(url) => error.for_url(&url),
        None => error,
    })
}

/// An [`ApiError`] says of which request it is. Its headers and its body are lost.
fn of_api_error(text: &str) -> Option<ApiError> {
    let (what, request) = text.split_once(": ")?;
    let (method, url) = match request.split_once(' ') {
        Some((method, url)) => (Some(method.parse::<Method>().ok()?), url),
        None => (None, request),
    };
    let url: Url = url.parse().ok()?;
    let (kind, status) = kind_and_status(what)?;
    let mut error = ApiError::new(kind);
    if let Some(status) = status {
        let answer = ErrorAnswer::new(status, HeaderMap::new(), "").broken_off();
        error = error.with_answer(answer);
    }
    Some(match method {
        Some(method) => error.for_request(&method, &url),
        None => error.for_url(&url),
    })
}

fn kind_and_status(what: &str) -> Option<(ErrorKind, Option<StatusCode>)> {
    if let Some(rest) = what.strip_prefix("status ") {
        let status = rest.get(..3)?.parse().ok()?;
        return Some((ErrorKind::Other, Some(status)));
    }
    ErrorKind::ALL.into_iter().find_map(|kind| {
        let rest = what.strip_prefix(&kind.to_string())?;
        if rest.is_empty() {
            return Some((kind, None));
        }
        let status = rest.strip_prefix(" (")?.strip_suffix(')')?;
        Some((kind, Some(status.parse().ok()?)))
    })
}

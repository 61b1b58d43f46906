//! From an answer, or an error of one of our layers, to a kind: pure functions.

use std::error::Error;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};
use request_context::{
    Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, RedirectRefused,
    SessionEnded,
};

use crate::{ErrorKind, TimeoutPhase};

/// The kind of an answer that is an error.
pub(crate) fn answer(status: StatusCode, headers: &HeaderMap) -> ErrorKind {
    match self::status(status) {
        ErrorKind::Unauthorized | ErrorKind::Forbidden if lacks_scope(headers) => {
            ErrorKind::InsufficientScope
        }
        kind => kind,
    }
}

fn status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        300..=303 | 307 | 308 => ErrorKind::Redirect,
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        407 => ErrorKind::ProxyUnauthorized,
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

/// Whether a challenge says so (RFC 6750 §3.1). `auth-middleware` reads challenges to the letter; this is for chains
/// without it.
fn lacks_scope(headers: &HeaderMap) -> bool {
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    challenges
        .filter_map(|challenge| challenge.to_str().ok())
        .any(|challenge| {
            let packed = challenge.replace([' ', '\t'], "").to_ascii_lowercase();
            packed.starts_with("bearer")
                && (packed.contains(r#"error="insufficient_scope""#)
                    || packed.contains("error=insufficient_scope"))
        })
}

/// The kind of one of our layers' own errors.
pub(crate) fn ours(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
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

/// What a later try may help, without anything being changed.
pub(crate) fn is_transient(kind: ErrorKind, status: Option<StatusCode>) -> bool {
    match kind {
        ErrorKind::RateLimited
        | ErrorKind::Unavailable
        | ErrorKind::Timeout(_)
        | ErrorKind::CredentialUnavailable
        | ErrorKind::Connect(_)
        | ErrorKind::Reset => true,
        ErrorKind::Server => status.is_none_or(|status| status == 500),
        ErrorKind::Other => status.is_some_and(|status| status == 408),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use request_context::RedirectRefusal;

    use super::*;
    use crate::kind::tests::all;

    #[test]
    fn each_status_has_its_kind() {
        let table = [
            (301, ErrorKind::Redirect),
            (304, ErrorKind::Other),
            (307, ErrorKind::Redirect),
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Unauthorized),
            (402, ErrorKind::Other),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::Other),
            (407, ErrorKind::ProxyUnauthorized),
            (408, ErrorKind::Other),
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
            let status = StatusCode::from_u16(code).unwrap();
            assert_eq!(answer(status, &HeaderMap::new()), kind, "{code}");
        }
    }

    #[test]
    fn a_challenge_may_say_that_a_scope_is_missing() {
        let table = [
            (401, r#"Bearer error="insufficient_scope""#, true),
            (
                403,
                r#"bearer realm="x", error = "insufficient_scope""#,
                true,
            ),
            (403, "Bearer error=insufficient_scope, scope=admin", true),
            (404, r#"Bearer error="insufficient_scope""#, false),
            (403, r#"Bearer error="invalid_token""#, false),
            (403, r#"Basic error="insufficient_scope""#, false),
        ];
        for (code, challenge, lacks) in table {
            let status = StatusCode::from_u16(code).unwrap();
            let headers = HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge.parse().unwrap())]);
            let kind = answer(status, &headers);
            assert_eq!(kind == ErrorKind::InsufficientScope, lacks, "{challenge}");
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
            (
                &RedirectRefused::new(RedirectRefusal::Insecure),
                ErrorKind::Redirect,
            ),
        ];
        for (error, kind) in table {
            assert_eq!(ours(error), Some(kind));
        }
        assert_eq!(ours(&std::fmt::Error), None);
    }

    #[test]
    fn a_later_try_helps_what_passes_by_itself() {
        let transient: Vec<_> = all()
            .into_iter()
            .filter(|kind| is_transient(*kind, None))
            .map(|kind| format!("{kind:?}"))
            .collect();
        let expected = "RateLimited Server Unavailable Timeout(Connect) Timeout(Headers) Timeout(Idle) \
                        Timeout(Attempt) Timeout(Deadline) CredentialUnavailable Connect(Dns) Connect(Proxy) \
                        Connect(Server) Reset";
        assert_eq!(transient.join(" "), expected);
    }

    #[test]
    fn six_statuses_are_transient() {
        let transient: Vec<_> = (400..=599)
            .filter(|code| {
                let status = StatusCode::from_u16(*code).unwrap();
                is_transient(answer(status, &HeaderMap::new()), Some(status))
            })
            .collect();
        assert_eq!(transient, [408, 429, 500, 502, 503, 504]);
    }
}

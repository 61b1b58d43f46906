//! The access token of a request (RFC 6750).

use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::problem::Problem;
use super::scope::Scope;
use super::sessions::AccessRefused;
use super::state::Shared;

/// The challenge to a request that showed no token: it tells no error code (RFC 6750 §3.1).
pub(super) const CHALLENGE: &str = r#"Bearer realm="demo""#;

const EXPIRED: &str =
    r#"Bearer realm="demo", error="invalid_token", error_description="the access token expired""#;
const UNKNOWN: &str = r#"Bearer realm="demo", error="invalid_token", error_description="the access token is unknown or was revoked""#;
const READ_ONLY: &str = r#"Bearer realm="demo", error="insufficient_scope", scope="messages""#;
const MALFORMED: &str = r#"Bearer realm="demo", error="invalid_request", error_description="the authorization header is malformed""#;

/// Whose live access token the request carries, and what it may do.
#[derive(Debug)]
pub(super) struct Caller {
    /// A user, or a client that acts for itself.
    pub(super) username: String,
    pub(super) scope: Scope,
}

impl Caller {
    /// Refuses a token that is good, but not for writing (RFC 6750 §3.1). No refresh would help.
    pub(super) fn must_write(&self) -> Result<(), Problem> {
        if self.scope.covers(Scope::Messages) {
            return Ok(());
        }
        let problem = Problem::new(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            "the access token may only read",
        );
        Err(problem.header(WWW_AUTHENTICATE, HeaderValue::from_static(READ_ONLY)))
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let refuse = |code, detail, challenge| {
            shared.counters.unauthorized.increment();
            Err(Problem::new(StatusCode::UNAUTHORIZED, code, detail)
                .header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge)))
        };
        let token = match Presented::by(&parts.headers) {
            Presented::Token(token) => token,
            Presented::Nothing => {
                return refuse(
                    "missing_token",
                    "this resource needs an access token",
                    CHALLENGE,
                );
            }
            Presented::Malformed => {
                let problem = Problem::bad_request(
                    "invalid_request",
                    "the authorization header is malformed",
                );
                return Err(problem.header(WWW_AUTHENTICATE, HeaderValue::from_static(MALFORMED)));
            }
        };
        match shared.sessions().holder(token, Instant::now()) {
            Ok((username, scope)) => Ok(Self {
                username: username.to_owned(),
                scope,
            }),
            Err(AccessRefused::Expired) => {
                refuse("invalid_token", "the access token expired", EXPIRED)
            }
            Err(AccessRefused::Unknown) => refuse(
                "invalid_token",
                "the access token is unknown or was revoked",
                UNKNOWN,
            ),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    Token(&'a str),
    /// No header, or another scheme.
    Nothing,
    Malformed,
}

impl<'a> Presented<'a> {
    fn by(headers: &'a HeaderMap) -> Self {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return if headers.contains_key(AUTHORIZATION) {
                Self::Malformed
            } else {
                Self::Nothing
            };
        };
        let Ok(field) = field.to_str() else {
            return Self::Malformed;
        };
        let (scheme, token) = field.split_once(' ').unwrap_or((field, ""));
        // Schemes are case-insensitive (RFC 9110 §11.1).
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Self::Nothing;
        }
        let token = token.trim();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Self::Malformed;
        }
        Self::Token(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[&'static str]) -> HeaderMap {
        fields
            .iter()
            .map(|field| (AUTHORIZATION, HeaderValue::from_static(field)))
            .collect()
    }

    #[test]
    fn a_token_is_found_only_in_one_well_formed_bearer_header() {
        assert_eq!(
            Presented::by(&headers(&["Bearer abc"])),
            Presented::Token("abc")
        );
        assert_eq!(
            Presented::by(&headers(&["bEARER   abc"])),
            Presented::Token("abc")
        );
        assert_eq!(Presented::by(&headers(&[])), Presented::Nothing);
        assert_eq!(Presented::by(&headers(&["Basic abc"])), Presented::Nothing);
        for malformed in [
            &["Bearer"] as &[_],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a", "Bearer b"],
        ] {
            assert_eq!(
                Presented::by(&headers(malformed)),
                Presented::Malformed,
                "{malformed:?}"
            );
        }
    }
}

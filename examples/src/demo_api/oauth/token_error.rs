//! The error answers of the endpoints that programs call (RFC 6749 §5.2, RFC 8628 §3.5).

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::demo_api::scope::UnknownScope;
use crate::demo_api::tokens::no_store;

#[derive(Debug)]
pub(super) enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient {
        /// It came in the Authorization header, so the answer is a 401 with a challenge.
        in_header: bool,
    },
    InvalidGrant(&'static str),
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    ServerError,
}

impl TokenError {
    fn parts(&self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidRequest(description) => ("invalid_request", description),
            Self::InvalidClient { .. } => (
                "invalid_client",
                "the client is unknown, or its secret is missing or wrong",
            ),
            Self::InvalidGrant(description) => ("invalid_grant", description),
            Self::UnauthorizedClient => (
                "unauthorized_client",
                "this grant is for clients that have a secret",
            ),
            Self::UnsupportedGrantType => (
                "unsupported_grant_type",
                "this server does not know the grant",
            ),
            Self::InvalidScope => (
                "invalid_scope",
                "the scope is unknown, or more than was granted",
            ),
            Self::AuthorizationPending => ("authorization_pending", "the user has not decided yet"),
            Self::SlowDown => ("slow_down", "wait five seconds longer between requests"),
            Self::AccessDenied => ("access_denied", "the user said no"),
            Self::ExpiredToken => ("expired_token", "the device code has expired"),
            Self::ServerError => ("server_error", "the system has no entropy to give"),
        }
    }
}

impl From<UnknownScope> for TokenError {
    fn from(_: UnknownScope) -> Self {
        Self::InvalidScope
    }
}

impl From<getrandom::Error> for TokenError {
    fn from(_: getrandom::Error) -> Self {
        Self::ServerError
    }
}

#[derive(Serialize)]
struct ErrorAnswer {
    error: &'static str,
    error_description: &'static str,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (error, error_description) = self.parts();
        let answer = Json(ErrorAnswer {
            error,
            error_description,
        });
        let challenge = [(WWW_AUTHENTICATE, r#"Basic realm="demo", charset="UTF-8""#)];
        match self {
            Self::InvalidClient { in_header: true } => {
                (StatusCode::UNAUTHORIZED, no_store(), challenge, answer).into_response()
            }
            Self::ServerError => {
                (StatusCode::INTERNAL_SERVER_ERROR, no_store(), answer).into_response()
            }
            _ => (StatusCode::BAD_REQUEST, no_store(), answer).into_response(),
        }
    }
}

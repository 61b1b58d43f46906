//! Tokens: fresh ones, and the answer that hands them out (RFC 6749 §5.1).

use std::time::Duration;

use axum::Json;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, PRAGMA};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::scope::Scope;
use super::secret::Secret;

/// An access token and the refresh token handed out with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenPair {
    pub(super) access: Secret,
    pub(super) refresh: Secret,
}

/// Tokens as a client gets them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Issued {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    pub(super) scope: Scope,
    /// How long the access token still lives.
    pub(super) expires_in: Duration,
}

/// Tokens must not be stored by anything on their way (RFC 6749 §5.1).
pub(super) fn no_store() -> [(HeaderName, &'static str); 2] {
    [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")]
}

impl TokenPair {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        Ok(Self {
            access: Secret::random()?,
            refresh: Secret::random()?,
        })
    }
}

#[derive(Serialize)]
struct TokenAnswer {
    access_token: Secret,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret>,
    scope: Scope,
}

impl IntoResponse for Issued {
    fn into_response(self) -> Response {
        let answer = TokenAnswer {
            access_token: self.access,
            token_type: "Bearer",
            expires_in: self.expires_in.as_secs(),
            refresh_token: self.refresh,
            scope: self.scope,
        };
        (no_store(), Json(answer)).into_response()
    }
}

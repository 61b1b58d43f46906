//! Token pairs: fresh ones, and the answer that hands one out (RFC 6749 §5.1).

use axum::Json;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, PRAGMA};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::secret::Secret;
use super::sessions::{Issued, TokenPair};

/// What each token may do.
pub(super) const SCOPE: &str = "messages";

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
    refresh_token: Secret,
    scope: &'static str,
}

impl IntoResponse for Issued {
    fn into_response(self) -> Response {
        let answer = TokenAnswer {
            access_token: self.pair.access,
            token_type: "Bearer",
            expires_in: self.expires_in.as_secs(),
            refresh_token: self.pair.refresh,
            scope: SCOPE,
        };
        (no_store(), Json(answer)).into_response()
    }
}

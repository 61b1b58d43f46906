//! `POST /oauth/token`: grants by form post, and errors as RFC 6749 §5.2 has them.

use std::time::Instant;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::sessions::{Issued, RefreshRefused, Refreshed, TokenPair};
use super::state::Shared;
use super::tokens::no_store;

/// Parameters of all grants. Unknown ones are ignored and repeated ones refused (RFC 6749 §3.2).
#[derive(Deserialize)]
pub(super) struct Parameters {
    grant_type: Option<String>,
    refresh_token: Option<Secret>,
}

#[derive(Debug)]
pub(super) enum TokenError {
    InvalidRequest(&'static str),
    InvalidGrant(&'static str),
    UnsupportedGrantType,
    ServerError,
}

pub(super) async fn grant(
    State(shared): State<Shared>,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Issued, TokenError> {
    let Ok(Form(parameters)) = form else {
        return Err(TokenError::InvalidRequest(
            "the body is not a form, or repeats a parameter",
        ));
    };
    match parameters.grant_type.as_deref() {
        Some("refresh_token") => refresh(&shared, &parameters),
        Some(_) => Err(TokenError::UnsupportedGrantType),
        None => Err(TokenError::InvalidRequest("grant_type is missing")),
    }
}

/// RFC 6749 §6.
fn refresh(shared: &Shared, parameters: &Parameters) -> Result<Issued, TokenError> {
    let Some(presented) = &parameters.refresh_token else {
        return Err(TokenError::InvalidRequest("refresh_token is missing"));
    };
    let fresh = TokenPair::random().map_err(|_| TokenError::ServerError)?;
    let outcome = shared
        .sessions()
        .refresh(presented.expose(), fresh, Instant::now());
    let counters = &shared.counters;
    match outcome {
        Ok(Refreshed::Rotated(issued)) => {
            counters.refreshes.increment();
            Ok(issued)
        }
        Ok(Refreshed::Repeated(issued)) => {
            counters.refreshes_repeated.increment();
            Ok(issued)
        }
        Err(RefreshRefused::Unknown) => {
            counters.refreshes_rejected.increment();
            Err(TokenError::InvalidGrant(
                "the refresh token is unknown or was revoked",
            ))
        }
        Err(RefreshRefused::Reused) => {
            counters.refreshes_rejected.increment();
            counters.reuse_detected.increment();
            Err(TokenError::InvalidGrant(
                "the refresh token was used before; its session is revoked",
            ))
        }
    }
}

#[derive(Serialize)]
struct ErrorAnswer {
    error: &'static str,
    error_description: &'static str,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, error_description) = match self {
            Self::InvalidRequest(description) => {
                (StatusCode::BAD_REQUEST, "invalid_request", description)
            }
            Self::InvalidGrant(description) => {
                (StatusCode::BAD_REQUEST, "invalid_grant", description)
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "this server does not know the grant",
            ),
            Self::ServerError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "the system has no entropy to give",
            ),
        };
        (
            status,
            no_store(),
            Json(ErrorAnswer {
                error,
                error_description,
            }),
        )
            .into_response()
    }
}

//! `POST /login`: a session for a username and a password.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::bearer::CHALLENGE;
use super::problem::Problem;
use super::secret::Secret;
use super::sessions::{Issued, TokenPair};
use super::state::Shared;

#[derive(Deserialize)]
pub(super) struct Login {
    username: String,
    password: Secret,
}

pub(super) async fn log_in(
    State(shared): State<Shared>,
    body: Result<Json<Login>, JsonRejection>,
) -> Result<Issued, Problem> {
    let Json(login) = body?;
    let fresh = TokenPair::random()?;
    let issued = shared
        .sessions()
        .log_in(&login.username, &login.password, fresh, Instant::now());
    let Some(issued) = issued else {
        shared.counters.logins_rejected.increment();
        let problem = Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "the username or the password is wrong",
        );
        // Each 401 carries a challenge (RFC 9110 §15.5.2).
        return Err(problem.header(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)));
    };
    shared.counters.logins.increment();
    Ok(issued)
}

//! `POST /login`: a session for a username and a password.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::bearer::CHALLENGE;
use super::grantee::Grantee;
use super::problem::Problem;
use super::scope::Scope;
use super::secret::Secret;
use super::state::Shared;
use super::tokens::{Issued, TokenPair};

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
    if !shared.accounts.know(&login.username, &login.password) {
        shared.counters.logins_rejected.increment();
        let problem = Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "the username or the password is wrong",
        );
        // Each 401 carries a challenge (RFC 9110 §15.5.2).
        return Err(problem.header(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)));
    }
    let grantee = Grantee {
        name: login.username,
        client: None,
        scope: Scope::default(),
    };
    let fresh = TokenPair::random()?;
    let (_, issued) = shared.sessions().open(grantee, fresh, Instant::now());
    shared.counters.logins.increment();
    Ok(issued)
}

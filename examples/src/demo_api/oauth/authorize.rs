//! `/oauth/authorize`: a user lets a client in, or doesn't (RFC 6749 §3.1).

use std::time::Instant;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::authorization_codes::Approval;
use super::authorization_request::{AuthorizationRequest, Parameters, Refused};
use super::page::Page;
use crate::demo_api::secret::Secret;
use crate::demo_api::state::Shared;

type Asked = Result<Query<Parameters>, QueryRejection>;

/// A denial needs no login: only the browser that asked can give it.
#[derive(Deserialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub(super) enum Decided {
    Approve { username: String, password: Secret },
    Deny,
}

/// Asks the user for a decision.
pub(super) async fn show(State(shared): State<Shared>, asked: Asked) -> Response {
    match read(&shared, asked) {
        Ok(request) => form(StatusCode::OK, &request, ""),
        Err(refused) => refused.into_response(),
    }
}

/// Takes the decision of a user who signs in, and sends the browser back to the client with it.
pub(super) async fn decide(
    State(shared): State<Shared>,
    asked: Asked,
    decided: Result<Form<Decided>, FormRejection>,
) -> Response {
    let request = match read(&shared, asked) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let (username, password) = match decided {
        Ok(Form(Decided::Approve { username, password })) => (username, password),
        Ok(Form(Decided::Deny)) => {
            let denied = [
                ("error", "access_denied"),
                ("error_description", "the user said no"),
            ];
            return request.way_back.with(&denied).into_response();
        }
        Err(_) => {
            let text = "The form lacks a field, or a decision to approve or deny. ";
            return form(StatusCode::BAD_REQUEST, &request, text);
        }
    };
    if !shared.accounts.know(&username, &password) {
        shared.counters.logins_rejected.increment();
        let text = "The user name or the password is wrong. ";
        return form(StatusCode::FORBIDDEN, &request, text);
    }
    let Ok(code) = Secret::random() else {
        let server_error = [("error", "server_error")];
        return request.way_back.with(&server_error).into_response();
    };
    let approval = Approval {
        username,
        client: request.client,
        redirect_uri: request.way_back.uri.as_str().to_owned(),
        scope: request.scope,
        challenge: request.challenge,
    };
    let mut codes = shared.authorization_codes();
    codes.issue(code.clone(), approval, Instant::now());
    drop(codes);
    shared.counters.codes_issued.increment();
    let granted = [("code", code.expose())];
    request.way_back.with(&granted).into_response()
}

fn read(shared: &Shared, asked: Asked) -> Result<AuthorizationRequest, Refused> {
    let Ok(Query(parameters)) = asked else {
        return Err(Refused::Here("A parameter of the request is repeated."));
    };
    AuthorizationRequest::read(parameters, &shared.clients, &shared.url)
}

fn form(status: StatusCode, request: &AuthorizationRequest, text: &str) -> Response {
    let (client, scope) = (&request.client, request.scope.as_str());
    let text = format!("{text}{client} asks for: {scope}.");
    Page::sign_in(status, &text, "").into_response()
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Here(text) => {
                Page::message(StatusCode::BAD_REQUEST, "Nothing to decide", text).into_response()
            }
            Self::There(redirect) => redirect.into_response(),
        }
    }
}

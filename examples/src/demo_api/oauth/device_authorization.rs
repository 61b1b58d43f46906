//! `POST /oauth/device_authorization`: a device begins to wait for its user (RFC 8628 §3.1).

use std::time::Instant;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};

use super::client_authentication::authenticate;
use super::parameter::given;
use super::token_error::TokenError;
use super::user_code::UserCode;
use crate::demo_api::scope::Scope;
use crate::demo_api::secret::Secret;
use crate::demo_api::state::Shared;
use crate::demo_api::tokens::no_store;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    #[serde(deserialize_with = "given")]
    client_id: Option<String>,
    #[serde(deserialize_with = "given")]
    client_secret: Option<Secret>,
    #[serde(deserialize_with = "given")]
    scope: Option<String>,
}

#[derive(Serialize)]
struct Begun {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

pub(super) async fn begin(
    State(shared): State<Shared>,
    headers: HeaderMap,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Response, TokenError> {
    let Ok(Form(parameters)) = form else {
        return Err(TokenError::InvalidRequest(
            "the body is not a form, or repeats a parameter",
        ));
    };
    let (id, secret) = (
        parameters.client_id.as_deref(),
        parameters.client_secret.as_ref(),
    );
    let client = authenticate(&shared, &headers, id, secret)?;
    let client = client.ok_or(TokenError::InvalidRequest("client_id is missing"))?;
    let scope = Scope::wished(parameters.scope.as_deref())?;
    let (device_code, user_code) = (Secret::random()?, UserCode::random()?);

    let verification_uri = format!("{}/device", shared.url);
    let mut codes = shared.device_codes();
    let begun = Begun {
        device_code: device_code.clone(),
        user_code: user_code.to_string(),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        verification_uri,
        expires_in: codes.lifetime().as_secs(),
        interval: codes.interval().as_secs(),
    };
    codes.begin(device_code, user_code, client.id, scope, Instant::now());
    drop(codes);
    shared.counters.device_authorizations.increment();
    Ok((no_store(), Json(begun)).into_response())
}

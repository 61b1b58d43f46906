//! `POST /oauth/revoke`: a client gives a token back (RFC 7009).

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::client_authentication::authenticate;
use super::parameter::given;
use super::token_endpoint::needed;
use super::token_error::TokenError;
use crate::demo_api::secret::Secret;
use crate::demo_api::sessions::Revoked;
use crate::demo_api::state::Shared;
use crate::demo_api::tokens::no_store;

/// The hint of a token's type is ignored, as it may be (RFC 7009 §2.1): all tokens are looked up alike.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    #[serde(deserialize_with = "given")]
    token: Option<Secret>,
    #[serde(deserialize_with = "given")]
    client_id: Option<String>,
    #[serde(deserialize_with = "given")]
    client_secret: Option<Secret>,
}

pub(super) async fn revoke(
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
    let token = needed(parameters.token.as_ref(), "token is missing")?;
    let revoked = shared
        .sessions()
        .revoke_token(token, client.map(|client| client.id));
    match revoked {
        Ok(Revoked::AccessToken) => shared.counters.revocations.increment(),
        Ok(Revoked::Session) => {
            shared.counters.revocations.increment();
            shared.counters.sessions_ended.increment();
        }
        // What is unknown is as good as revoked (RFC 7009 §2.2).
        Ok(Revoked::Nothing) => {}
        Err(_) => {
            return Err(TokenError::InvalidGrant(
                "the token was issued to another client",
            ));
        }
    }
    Ok((StatusCode::OK, no_store()).into_response())
}

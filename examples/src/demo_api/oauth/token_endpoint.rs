//! `POST /oauth/token`: grants by form post.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::HeaderMap;
use serde::Deserialize;

use super::client_authentication::authenticate;
use super::clients::Client;
use super::parameter::given;
use super::token_error::TokenError;
use super::{
    authorization_code_grant, client_credentials_grant, device_code_grant, refresh_token_grant,
};
use crate::demo_api::scope::Scope;
use crate::demo_api::secret::Secret;
use crate::demo_api::state::Shared;
use crate::demo_api::tokens::Issued;

/// Parameters of all grants. Unknown ones are ignored and repeated ones refused (RFC 6749 §3.2).
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    #[serde(deserialize_with = "given")]
    grant_type: Option<String>,
    #[serde(deserialize_with = "given")]
    client_id: Option<String>,
    #[serde(deserialize_with = "given")]
    client_secret: Option<Secret>,
    #[serde(deserialize_with = "given")]
    pub(super) scope: Option<String>,
    #[serde(deserialize_with = "given")]
    pub(super) refresh_token: Option<Secret>,
    #[serde(deserialize_with = "given")]
    pub(super) code: Option<Secret>,
    #[serde(deserialize_with = "given")]
    pub(super) redirect_uri: Option<String>,
    #[serde(deserialize_with = "given")]
    pub(super) code_verifier: Option<Secret>,
    #[serde(deserialize_with = "given")]
    pub(super) device_code: Option<Secret>,
}

/// A request that its client has been read from.
pub(super) struct GrantRequest<'a> {
    pub(super) shared: &'a Shared,
    pub(super) client: Option<Client<'a>>,
    pub(super) parameters: &'a Parameters,
}

pub(super) async fn grant(
    State(shared): State<Shared>,
    headers: HeaderMap,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Issued, TokenError> {
    let Ok(Form(parameters)) = form else {
        return Err(TokenError::InvalidRequest(
            "the body is not a form, or repeats a parameter",
        ));
    };
    let (id, secret) = (
        parameters.client_id.as_deref(),
        parameters.client_secret.as_ref(),
    );
    let request = GrantRequest {
        shared: &shared,
        client: authenticate(&shared, &headers, id, secret)?,
        parameters: &parameters,
    };
    match parameters.grant_type.as_deref() {
        Some("refresh_token") => refresh_token_grant::grant(&request),
        Some("authorization_code") => authorization_code_grant::grant(&request),
        Some("urn:ietf:params:oauth:grant-type:device_code") => device_code_grant::grant(&request),
        Some("client_credentials") => client_credentials_grant::grant(&request),
        Some(_) => Err(TokenError::UnsupportedGrantType),
        None => Err(TokenError::InvalidRequest("grant_type is missing")),
    }
}

impl GrantRequest<'_> {
    /// The client, for a grant that none may leave out.
    pub(super) fn known_client(&self) -> Result<Client<'_>, TokenError> {
        self.client.ok_or_else(|| {
            self.shared.counters.clients_rejected.increment();
            TokenError::InvalidClient { in_header: false }
        })
    }

    pub(super) fn scope(&self) -> Result<Option<Scope>, TokenError> {
        let words = self.parameters.scope.as_deref();
        Ok(words.map(Scope::parse).transpose()?)
    }
}

/// The value of a parameter that the grant needs.
pub(super) fn needed<'a>(
    parameter: Option<&'a Secret>,
    missing: &'static str,
) -> Result<&'a str, TokenError> {
    parameter
        .map(Secret::expose)
        .ok_or(TokenError::InvalidRequest(missing))
}

//! What a client asks of a user through a browser (RFC 6749 §4.1.1, RFC 7636 §4.3).

use serde::Deserialize;

use super::clients::Clients;
use super::parameter::given;
use super::pkce::CodeChallenge;
use super::redirect::{LoopbackUri, Redirect, WayBack};
use crate::demo_api::scope::Scope;

/// The query of an authorization request. Unknown parameters are ignored and repeated ones refused.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    #[serde(deserialize_with = "given")]
    response_type: Option<String>,
    #[serde(deserialize_with = "given")]
    client_id: Option<String>,
    #[serde(deserialize_with = "given")]
    redirect_uri: Option<String>,
    #[serde(deserialize_with = "given")]
    scope: Option<String>,
    #[serde(deserialize_with = "given")]
    state: Option<String>,
    #[serde(deserialize_with = "given")]
    code_challenge: Option<String>,
    #[serde(deserialize_with = "given")]
    code_challenge_method: Option<String>,
}

/// A request that a user can decide about.
#[derive(Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) client: String,
    pub(super) scope: Scope,
    pub(super) challenge: CodeChallenge,
    pub(super) way_back: WayBack,
}

/// Why there is nothing to decide.
#[derive(Debug)]
pub(super) enum Refused {
    /// The client or the way back to it is unknown: the user is told, and sent nowhere (RFC 6749 §4.1.2.1).
    Here(&'static str),
    /// The client is told.
    There(Redirect),
}

impl AuthorizationRequest {
    pub(super) fn read(
        parameters: Parameters,
        clients: &Clients,
        issuer: &str,
    ) -> Result<Self, Refused> {
        let client = parameters.client_id.as_deref().filter(|id| clients.has(id));
        let client = client.ok_or(Refused::Here("The client is unknown."))?;
        let uri = parameters.redirect_uri.as_deref();
        let uri = uri.and_then(LoopbackUri::parse).ok_or(Refused::Here(
            "The redirect URI is not on this machine's loopback address.",
        ))?;
        let asked = parameters.asked();
        let client = client.to_owned();
        let way_back = WayBack {
            uri,
            state: parameters.state,
            issuer: issuer.to_owned(),
        };
        match asked {
            Ok((scope, challenge)) => Ok(Self {
                client,
                scope,
                challenge,
                way_back,
            }),
            Err((error, description)) => {
                Err(Refused::There(way_back.with(&[
                    ("error", error),
                    ("error_description", description),
                ])))
            }
        }
    }
}

impl Parameters {
    /// What is asked for, or an error code and its description.
    fn asked(&self) -> Result<(Scope, CodeChallenge), (&'static str, &'static str)> {
        match self.response_type.as_deref() {
            Some("code") => {}
            Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
            None => return Err(("invalid_request", "response_type is missing")),
        }
        let challenge = self.code_challenge.as_deref();
        let challenge = challenge.ok_or(("invalid_request", "code_challenge is missing"))?;
        // A challenge without a method would be a plain one (RFC 7636 §4.3).
        if self.code_challenge_method.as_deref() != Some("S256") {
            return Err(("invalid_request", "code_challenge_method must be S256"));
        }
        let challenge = CodeChallenge::parse(challenge).ok_or((
            "invalid_request",
            "code_challenge is no SHA-256 in base64url",
        ))?;
        let scope = Scope::wished(self.scope.as_deref());
        let scope = scope.map_err(|_| ("invalid_scope", "the scope is unknown"))?;
        Ok((scope, challenge))
    }
}

//! The grant of RFC 6749 §6.

use std::time::Duration;

use async_trait::async_trait;
use refresh_queue::RefreshError;
use secrecy::SecretString;
use token_store::TokenSet;

use super::form::Form;
use super::grant::Grant;
use super::renewal_error::RenewalError;
use super::token_endpoint::TokenEndpoint;
use super::token_endpoint_error::{TokenEndpointError, TokenEndpointErrorKind};
use super::token_request::TokenRequest;

/// Exchanges a refresh token (RFC 6749 §6).
///
/// Only `invalid_grant` ends the session, and codes named by [`rejected_by`](Self::rejected_by). Everything else, a
/// client that is set up wrongly for one, is a failure that keeps the tokens.
///
/// ```
/// use auth_middleware::{RefreshTokenGrant, TokenEndpoint};
///
/// # fn main() -> Result<(), auth_middleware::InvalidEndpoint> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
/// let grant = RefreshTokenGrant::new(endpoint).resource("https://api.example.com/");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RefreshTokenGrant {
    endpoint: TokenEndpoint,
    parameters: Form,
    rejections: Vec<String>,
}

impl RefreshTokenGrant {
    /// Exchanges refresh tokens at this endpoint.
    pub fn new(endpoint: TokenEndpoint) -> Self {
        Self {
            endpoint,
            parameters: Form::default(),
            rejections: Vec::new(),
        }
    }

    /// Asks for these scopes only, separated by spaces. Default: all that were granted.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.parameters.set("scope", scope.into());
        self
    }

    /// Asks for tokens for this audience, as some servers want it named.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.parameters.set("audience", audience.into());
        self
    }

    /// Asks for tokens for this resource (RFC 8707). May be given several times.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.parameters.set("resource", resource.into());
        self
    }

    /// Sets a parameter, in the place of an earlier one of that name. It replaces none of those that OAuth defines for the request.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.parameters.set(name.into(), value);
        self
    }

    /// Takes this error code too for the end of the session: `bad_refresh_token` for example, which some servers say instead.
    pub fn rejected_by(mut self, code: impl Into<String>) -> Self {
        self.rejections.push(code.into());
        self
    }

    /// # Errors
    ///
    /// A rejection, where there is nothing to send.
    fn request(&self, tokens: Option<&TokenSet>) -> Result<TokenRequest, RefreshError> {
        let tokens = tokens.ok_or_else(|| RefreshError::rejected(RenewalError::NotSignedIn))?;
        let refresh_token = tokens.refresh();
        let refresh_token =
            refresh_token.ok_or_else(|| RefreshError::rejected(RenewalError::NoRefreshToken))?;
        Ok(TokenRequest::new("refresh_token")
            .with("refresh_token", refresh_token.clone())
            .with_all(&self.parameters))
    }

    fn judge(&self, error: TokenEndpointError) -> RefreshError {
        if self.is_rejection(&error) {
            return RefreshError::rejected(error);
        }
        RefreshError::failed(error)
    }

    fn is_rejection(&self, error: &TokenEndpointError) -> bool {
        error.is_invalid_grant()
            || error.kind() == TokenEndpointErrorKind::Refused
                && self
                    .rejections
                    .iter()
                    .any(|code| error.code() == Some(code))
    }
}

#[async_trait]
impl Grant for RefreshTokenGrant {
    async fn exchange(&self, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        let answer = self.endpoint.exchange(self.request(tokens)?).await;
        answer.map_err(|error| self.judge(error))
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(self.endpoint.setup().timeout)
    }

    async fn exchange_without_limit(
        &self,
        tokens: Option<&TokenSet>,
    ) -> Result<TokenSet, RefreshError> {
        let request = self.request(tokens)?;
        let answer = self.endpoint.exchange_without_limit(request).await;
        answer.map_err(|error| self.judge(error))
    }
}

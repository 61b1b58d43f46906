//! The grant of RFC 6749 §4.4.

use async_trait::async_trait;
use refresh_queue::RefreshError;
use secrecy::SecretString;
use token_store::TokenSet;

use super::form::Form;
use super::grant::Grant;
use super::token_endpoint::TokenEndpoint;
use super::token_request::TokenRequest;

/// Tokens for the client itself, a service for example (RFC 6749 §4.4). It needs no sign-in: it buys the first tokens as
/// it buys the next.
///
/// There is no session to end, so whatever the server says is a failure, and is asked again after a while.
///
/// ```
/// use auth_middleware::{ClientCredentialsGrant, TokenEndpoint};
///
/// # fn main() -> Result<(), auth_middleware::InvalidEndpoint> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-service")
///     .client_secret("s3cret")
///     .build()?;
/// let grant = ClientCredentialsGrant::new(endpoint).scope("orders:read");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientCredentialsGrant {
    endpoint: TokenEndpoint,
    parameters: Form,
}

impl ClientCredentialsGrant {
    /// Asks this endpoint.
    pub fn new(endpoint: TokenEndpoint) -> Self {
        Self {
            endpoint,
            parameters: Form::default(),
        }
    }

    /// Asks for these scopes, separated by spaces. Default: what the server gives.
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
}

#[async_trait]
impl Grant for ClientCredentialsGrant {
    async fn exchange(&self, _tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        let request = TokenRequest::new("client_credentials").with_all(&self.parameters);
        let answer = self.endpoint.exchange(request).await;
        answer.map_err(RefreshError::failed)
    }

    fn needs_refresh_token(&self) -> bool {
        false
    }

    fn spends_refresh_token(&self) -> bool {
        false
    }
}

//! A request for tokens, whatever the grant.

use std::borrow::Cow;

use secrecy::SecretString;
use token_store::TokenSet;

use super::form::Form;
use super::token_endpoint::TokenEndpoint;
use super::token_endpoint_error::TokenEndpointError;

/// A request for tokens (RFC 6749 §4, and the grants of other RFCs). The endpoint adds who the client is.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest {
    form: Form,
}

impl TokenRequest {
    pub(crate) fn new(grant_type: &'static str) -> Self {
        let form = Form::default();
        Self { form }.with("grant_type", grant_type)
    }

    /// Adds a parameter, which may be a secret.
    pub(crate) fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<SecretString>,
    ) -> Self {
        self.form.set(name, value);
        self
    }

    /// Adds the caller's own parameters, as far as the grant has none of that name.
    pub(crate) fn with_all(mut self, parameters: &Form) -> Self {
        self.form.extend(parameters);
        self
    }
}

impl TokenEndpoint {
    /// Exchanges what the request holds for tokens: those of a new session.
    pub(crate) async fn exchange(
        &self,
        request: TokenRequest,
    ) -> Result<TokenSet, TokenEndpointError> {
        let answer = self.post(self.url(), request.form).await?;
        answer.into_tokens()
    }

    /// The same for whoever has a limit around it.
    pub(crate) async fn exchange_without_limit(
        &self,
        request: TokenRequest,
    ) -> Result<TokenSet, TokenEndpointError> {
        let answer = self.post_without_limit(self.url(), request.form).await?;
        answer.into_tokens()
    }
}

//! Telling the server that tokens are not needed any more (RFC 7009).

use std::fmt;

use secrecy::SecretString;
use token_store::TokenSet;
use url::Url;

use super::endpoint_url::{InvalidEndpoint, Shown};
use super::form::Form;
use super::token_endpoint::TokenEndpoint;
use super::token_endpoint_error::TokenEndpointError;

/// A revocation endpoint (RFC 7009), asked as the client of a [`TokenEndpoint`].
///
/// ```no_run
/// use auth_middleware::{Revocation, TokenEndpoint};
/// use token_store::TokenSet;
///
/// # async fn example(tokens: TokenSet) -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
/// let revocation = Revocation::new(&endpoint, "https://login.example.com/revoke")?;
/// revocation.revoke_session(&tokens).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Revocation {
    endpoint: TokenEndpoint,
    url: Url,
}

/// What sort of token is revoked, so that the server finds it sooner (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenTypeHint {
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

impl Revocation {
    /// The endpoint at this URL, asked as the client of that token endpoint, with its limits.
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] when the URL is none that tokens may be posted to.
    pub fn new(endpoint: &TokenEndpoint, url: impl AsRef<str>) -> Result<Self, InvalidEndpoint> {
        Ok(Self {
            url: endpoint.another(url.as_ref())?,
            endpoint: endpoint.clone(),
        })
    }

    /// Revokes one token. A token that the server doesn't know counts as revoked (RFC 7009 §2.2).
    ///
    /// # Errors
    ///
    /// [`TokenEndpointError`] when the token may still be good. Its code is `unsupported_token_type` when the server revokes
    /// no tokens of that sort (§2.2.1).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with IO and time enabled.
    ///
    /// # Cancel safety
    ///
    /// The token may have been revoked or not when the future is dropped. To revoke it again does no harm.
    pub async fn revoke(
        &self,
        token: &SecretString,
        hint: TokenTypeHint,
    ) -> Result<(), TokenEndpointError> {
        let mut form = Form::default();
        form.push("token", token.clone());
        form.push("token_type_hint", hint.as_str());
        self.endpoint.post(&self.url, form).await?.success()
    }

    /// Revokes the refresh token, by which servers revoke the access tokens too that it has bought (§2.1). Where there is
    /// none, it revokes the access token.
    ///
    /// # Errors
    ///
    /// As [`revoke`](Self::revoke).
    ///
    /// # Panics
    ///
    /// As [`revoke`](Self::revoke).
    ///
    /// # Cancel safety
    ///
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_session(&self, tokens: &TokenSet) -> Result<(), TokenEndpointError> {
        match tokens.refresh() {
            Some(token) => self.revoke(token, TokenTypeHint::RefreshToken).await,
            None => {
                self.revoke(tokens.access(), TokenTypeHint::AccessToken)
                    .await
            }
        }
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocation")
            .field("url", &Shown(&self.url))
            .finish_non_exhaustive()
    }
}

impl TokenTypeHint {
    fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

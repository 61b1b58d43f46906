//! Telling the server that tokens are not needed any more (RFC 7009).

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use token_store::TokenSet;
use url::Url;

use super::endpoint_url::{InvalidEndpoint, Shown};
use super::form::Form;
use super::token_endpoint::TokenEndpoint;
use super::token_endpoint_error::TokenEndpointError;

/// Nothing is lost by giving up, and somebody who signs out waits.
const LIMIT: Duration = Duration::from_secs(10);

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
    /// The endpoint at this URL, asked as the client of that token endpoint and with its limits, but for no longer than 10
    /// seconds.
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
        form.set("token", token.clone());
        form.set("token_type_hint", hint.as_str());
        let limit = self.endpoint.setup().timeout.min(LIMIT);
        let answer = self.endpoint.post_within(limit, &self.url, form).await?;
        answer.success()
    }

    /// Revokes the refresh token. Where there is none, it revokes the access token.
    ///
    /// With a refresh token, servers should revoke the access tokens too that it has bought (§2.1). Not all do, so an access token
    /// may be good until its expiry.
    ///
    /// # Errors
    ///
    /// As [`revoke`](Self::revoke). When the server revokes no refresh tokens (`unsupported_token_type`), the access token is
    /// revoked if that can be done, and the error is the one about the refresh token, which may still be good.
    ///
    /// # Panics
    ///
    /// As [`revoke`](Self::revoke).
    ///
    /// # Cancel safety
    ///
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_session(&self, tokens: &TokenSet) -> Result<(), TokenEndpointError> {
        let access = self.revoke(tokens.access(), TokenTypeHint::AccessToken);
        let Some(refresh_token) = tokens.refresh() else {
            return access.await;
        };
        let revoked = self.revoke(refresh_token, TokenTypeHint::RefreshToken);
        let Err(error) = revoked.await else {
            return Ok(());
        };
        if error.code() == Some("unsupported_token_type") {
            // It is less than was asked for, so that the error stands.
            let _ = access.await;
        }
        Err(error)
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

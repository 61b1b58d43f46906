//! How tokens are bought.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use refresh_queue::RefreshError;
use token_store::TokenSet;

/// Buys tokens from an authorization server: the part of a refresh that depends on the server.
///
/// What it returns is the server's *answer*. Whoever asked makes the tokens that succeed the former ones out of it, by
/// [`TokenSet::succeeded_by`], so that a grant can't begin another session by mistake.
///
/// A closure will do, since many APIs have a refresh endpoint of their own. It is called with no tokens when nobody is
/// signed in:
///
/// ```
/// use auth_middleware::TokenRefresher;
/// use refresh_queue::RefreshError;
/// use token_store::{ExposeSecret, MemoryStore, TokenSet};
///
/// # async fn post(_: &str) -> Result<String, std::io::Error> { Ok("access-2".into()) }
/// let refresher = TokenRefresher::new(MemoryStore::new(), |tokens: Option<TokenSet>| async move {
///     let tokens = tokens.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
///     let refresh_token = tokens.refresh().ok_or_else(|| RefreshError::rejected("no refresh token"))?;
///     let access_token = post(refresh_token.expose_secret()).await.map_err(RefreshError::failed)?;
///     Ok(TokenSet::new(access_token))
/// });
/// ```
///
/// Requests that it makes through the client whose tokens it renews go out
/// [`WithoutAuth`](request_context::WithoutAuth).
#[async_trait]
pub trait Grant: Send + Sync + 'static {
    /// What the server gives for these tokens; or without any, when nobody is signed in.
    ///
    /// # Errors
    ///
    /// [`RefreshError::rejected`] when the session is over, [`RefreshError::failed`] when trying again later may help.
    ///
    /// After a failure the refresh token counts as one that may be spent, unless the source is a
    /// [`TokenEndpointError`](crate::TokenEndpointError) by which it can't be. Other errors aren't believed, not even those of
    /// reqwest about a connection: a grant may have sent something before.
    async fn exchange(&self, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError>;

    /// How long those who wait for an exchange are kept waiting, if it can go on without them. Default: none, they wait for
    /// as long as it takes.
    ///
    /// With a limit, a [`TokenRefresher`](crate::TokenRefresher) calls
    /// [`exchange_without_limit`](Self::exchange_without_limit). When the limit has passed, the refresh failed, but the store's
    /// lock is kept and the answer is saved when it comes, until the refresher's
    /// [`exchange_timeout`](crate::TokenRefresher::exchange_timeout).
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// As [`exchange`](Self::exchange), but not ended by the [`time_limit`](Self::time_limit). Default: the same as `exchange`.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    async fn exchange_without_limit(
        &self,
        tokens: Option<&TokenSet>,
    ) -> Result<TokenSet, RefreshError> {
        self.exchange(tokens).await
    }

    /// Whether it is of no use to ask without a refresh token. Default: yes.
    fn needs_refresh_token(&self) -> bool {
        true
    }

    /// Whether the refresh token, if there is one, is sent and may be spent by that, so that a mark has to tell whoever comes
    /// after a crash. Default: yes.
    fn spends_refresh_token(&self) -> bool {
        true
    }
}

#[async_trait]
impl<F, Answered> Grant for F
where
    F: Fn(Option<TokenSet>) -> Answered + Send + Sync + 'static,
    Answered: Future<Output = Result<TokenSet, RefreshError>> + Send,
{
    async fn exchange(&self, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        self(tokens.cloned()).await
    }

    fn needs_refresh_token(&self) -> bool {
        false
    }
}

#[async_trait]
impl<G: Grant + ?Sized> Grant for Arc<G> {
    async fn exchange(&self, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        (**self).exchange(tokens).await
    }

    fn time_limit(&self) -> Option<Duration> {
        (**self).time_limit()
    }

    async fn exchange_without_limit(
        &self,
        tokens: Option<&TokenSet>,
    ) -> Result<TokenSet, RefreshError> {
        (**self).exchange_without_limit(tokens).await
    }

    fn needs_refresh_token(&self) -> bool {
        (**self).needs_refresh_token()
    }

    fn spends_refresh_token(&self) -> bool {
        (**self).spends_refresh_token()
    }
}

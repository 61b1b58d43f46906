//! Who is signed in.

use std::fmt;
use std::sync::Arc;

use auth_middleware::{BearerTokens, Revocation, TokenRefresher};
use private_cache::Cache;
use refresh_queue::{RefreshQueue, SessionStatus, SessionWatch};
use request_context::{BoxError, Principal};
use token_store::{StoreError, StoredTokens, TokenSet, TokenStore};

use crate::{ApiError, ErrorKind};

/// The session of a client with [`Auth::oauth2`](crate::Auth::oauth2): signs in and out, and tells who is. Clones share it.
///
/// ```
/// use facade::{ApiError, Client, SessionStatus, TokenSet};
///
/// # async fn example(client: Client, tokens: TokenSet) -> Result<(), ApiError> {
/// if let Some(session) = client.session() {
///     session.login(tokens).await?;
///     // …
///     session.logout().await?;
/// }
/// # Ok(()) }
/// ```
///
/// # Processes that share a store
///
/// A login or logout here is seen by others when they next renew; [`reload`](Self::reload) looks at once.
#[derive(Clone)]
pub struct Session {
    queue: RefreshQueue<BearerTokens>,
    store: Arc<dyn TokenStore>,
    refresher: TokenRefresher,
    revocation: Option<Revocation>,
    cache: Option<Cache>,
}

impl Session {
    pub(crate) fn new(
        queue: RefreshQueue<BearerTokens>,
        store: Arc<dyn TokenStore>,
        refresher: TokenRefresher,
        revocation: Option<Revocation>,
    ) -> Self {
        Self {
            queue,
            store,
            refresher,
            revocation,
            cache: None,
        }
    }

    /// The session whose answers are in this cache.
    pub(crate) fn with_cache(self, cache: Option<Cache>) -> Self {
        Self { cache, ..self }
    }

    /// What the session is like now, as far as this process knows: before the first call, nothing is known.
    pub fn status(&self) -> SessionStatus {
        self.subscribe().status()
    }

    /// Follows what the session is like.
    pub fn subscribe(&self) -> SessionWatch {
        self.queue.subscribe()
    }

    /// The tokens in the store, for what else the server answered with them: an `id_token` for example.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`CredentialUnavailable`](ErrorKind::CredentialUnavailable) when the store can't be read.
    pub async fn tokens(&self) -> Result<Option<TokenSet>, ApiError> {
        self.store.load().await.map_err(unavailable)
    }

    /// Someone has signed in: their tokens are saved, and then used. A refresh under way can't bring the former session back,
    /// and calls that were made for somebody else are not sent again for this one.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`Builder`](ErrorKind::Builder) when no header can carry the access token, and of kind
    /// [`CredentialUnavailable`](ErrorKind::CredentialUnavailable) when the tokens can't be saved. This process goes on as
    /// before then.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the tokens may be in the store and not in use yet; [`reload`](Self::reload) takes them.
    pub async fn login(&self, tokens: TokenSet) -> Result<(), ApiError> {
        let bearer = BearerTokens::new(tokens.clone())
            .map_err(|error| ApiError::with_source(ErrorKind::Builder, error))?;
        let mut locked = self.store.lock().await.map_err(unavailable)?;
        locked.save(tokens).await.map_err(unavailable)?;
        let before = self.queue.principal();
        // Under the lock, so that two logins end in the store and here as the same.
        self.queue.set(bearer);
        drop(locked);
        if before != self.queue.principal() {
            self.forget(before).await;
        }
        Ok(())
    }

    /// Signs out: calls that wait for a refresh end at once, the tokens are forgotten, the [cache](crate::ClientBuilder::cache)
    /// drops what it has stored for the user, and the server is told if there is a [`Revocation`].
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`CredentialUnavailable`](ErrorKind::CredentialUnavailable) when the store can't be cleared, or
    /// when the server can't be told, also because there is nobody who knows the tokens any more. This process is signed out
    /// all the same. What can be done is done whatever else fails; the first failure is told.
    ///
    /// # Cancel safety
    ///
    /// This process is signed out as soon as the future is polled. If it is dropped, tokens may be left in the store.
    pub async fn logout(&self) -> Result<(), ApiError> {
        let held = self.queue.current();
        let principal = self.queue.principal();
        self.queue.clear();
        self.forget(principal).await;
        // It waits for a refresh under way to be saved, so that it is the latest tokens that are revoked.
        let mut locked = self.store.lock().await.map_err(unavailable)?;
        let stored = locked.load().await;
        let cleared = locked.clear().await;
        // Once more, now that the store is ours: a login or a reload may have had it before.
        self.queue.clear();
        drop(locked);
        // Nobody may have looked who is signed in until now.
        if let Ok(Some(tokens)) = &stored {
            let principal = Principal::new(tokens.tokens().session().clone());
            self.forget(Some(principal)).await;
        }
        let revoked = self.revoke(stored, held).await;
        cleared.map_err(unavailable).and(revoked)
    }

    /// Who is signed in by the store, as long as nobody has had to look. For a program that begins with an answer from its cache.
    pub(crate) async fn stored_principal(&self) -> Option<Principal> {
        if !matches!(self.status(), SessionStatus::Unknown) {
            return None;
        }
        let tokens = self.store.load().await.ok()??;
        Some(Principal::new(tokens.session().clone()))
    }

    /// What is stored for this user is of no use any more.
    async fn forget(&self, principal: Option<Principal>) {
        if let (Some(cache), Some(principal)) = (&self.cache, principal) {
            cache.forget(&principal).await;
        }
    }

    /// Tells the server, by the tokens of the store, or by those in use where the store can't be read.
    async fn revoke(
        &self,
        stored: Result<Option<StoredTokens>, StoreError>,
        held: Option<BearerTokens>,
    ) -> Result<(), ApiError> {
        let Some(revocation) = &self.revocation else {
            return Ok(());
        };
        let tokens = match (stored, held) {
            (Ok(stored), _) => stored.map(StoredTokens::into_tokens),
            (Err(_), Some(held)) => Some(held.tokens().clone()),
            (Err(error), None) => return Err(unavailable(error)),
        };
        match tokens {
            Some(tokens) => revocation
                .revoke_session(&tokens)
                .await
                .map_err(unavailable),
            None => Ok(()),
        }
    }

    /// Looks into the store for a session that another process has begun, renewed or ended. It tells whether somebody is signed
    /// in.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`CredentialUnavailable`](ErrorKind::CredentialUnavailable) when the store can't be read.
    pub async fn reload(&self) -> Result<bool, ApiError> {
        let mut locked = self.store.lock().await.map_err(unavailable)?;
        let stored = locked.load().await.map_err(unavailable)?;
        let before = self.queue.principal();
        let found = stored.map(StoredTokens::into_tokens);
        let is_signed_in = found.is_some();
        match found {
            Some(tokens) => {
                let bearer = BearerTokens::new(tokens).map_err(unavailable)?;
                self.queue.set(bearer);
            }
            None => self.queue.clear(),
        }
        drop(locked);
        if before != self.queue.principal() {
            self.forget(before).await;
        }
        Ok(is_signed_in)
    }

    /// Waits until a refresh under way is saved, and lets no other begin: for programs that end. A refresh that is cut off
    /// may have spent its refresh token for nothing.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`CredentialUnavailable`](ErrorKind::CredentialUnavailable) when what a refresh brought can't be
    /// saved, or does not come. The new tokens end with the program then.
    ///
    /// # Cancel safety
    ///
    /// The session stays closed if the future is dropped, and the refresh goes on.
    pub async fn close(&self) -> Result<(), ApiError> {
        self.queue.close().await;
        self.refresher.settled().await.map_err(unavailable)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

fn unavailable(source: impl Into<BoxError>) -> ApiError {
    ApiError::with_source(ErrorKind::CredentialUnavailable, source)
}

//! A refresher over a token store.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use refresh_queue::{Refresh, RefreshError};
use token_store::TokenStore;

use super::bearer_tokens::BearerTokens;
use super::grant::Grant;
use super::renewal::Renewal;
use super::unsaved::Unsaved;

/// Longer than any answer is worth waiting for, since it only guards against a grant that never comes back.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(60);

/// Renews the tokens in a store, for a refresh queue. All who share the store, other processes too, spend each refresh
/// token once.
///
/// It loads, and what it finds is taken if it is news and good. Else it takes the store's lock and loads again, since the
/// last holder may have renewed the tokens meanwhile: then it takes those, and asks no server. Else it writes the mark that a
/// refresh is under way, exchanges the refresh token of the store, and saves the answer before anybody uses it.
///
/// ```no_run
/// use auth_middleware::{BearerTokens, RefreshTokenGrant, TokenEndpoint, TokenRefresher};
/// use refresh_queue::RefreshQueue;
/// use token_store::{MemoryStore, TokenSet};
///
/// # fn example(signed_in: TokenSet) -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
/// let store = MemoryStore::from(signed_in);
/// let refresher = TokenRefresher::new(store, RefreshTokenGrant::new(endpoint));
/// let queue: RefreshQueue<BearerTokens> = RefreshQueue::new(refresher);
/// # Ok(()) }
/// ```
///
/// The store is what counts. Tokens that a login hands to the queue are saved to the store first, else the next refresh finds
/// nobody signed in; and a logout clears both.
///
/// # Errors
///
/// A refresh is *rejected*, which ends the session, when
///
/// - the grant says so: `invalid_grant`. The store is cleared. If that can't be done, the session is over all the same, and
///   whoever loads the tokens next is told so by the server;
/// - the store holds nothing, or nothing to renew with: [`RenewalError`](crate::RenewalError).
///
/// It *failed*, and the tokens stay, for any other reason: the store is busy or broken
/// ([`StoreError`](token_store::StoreError)), the server can't be asked or answers something else
/// ([`TokenEndpointError`](crate::TokenEndpointError)).
///
/// # What is never lost
///
/// - A mark that can't be written stops the refresh before anything is sent.
/// - Tokens that were bought and can't be saved stay in memory. The next refresh saves them, and sends nothing, unless
///   somebody has signed in or out since.
/// - A mark that is found tells that the refresh token may be spent. It is tried once; if the server takes it no more, the
///   session ends with [`RenewalError::CutOff`](crate::RenewalError::CutOff).
///
/// # Cancel safety
///
/// A refresh that is dropped while it waits for the lock leaves nothing behind. One that holds the lock goes on in a task of
/// its own until the answer is saved: so a queue whose timeout has passed finds the new tokens in the store. Only the end of
/// the runtime cuts it off.
#[derive(Clone)]
#[must_use]
pub struct TokenRefresher {
    renewal: Renewal,
}

impl TokenRefresher {
    /// Renews the tokens in this store by this grant.
    pub fn new(store: impl TokenStore, grant: impl Grant) -> Self {
        Self::over(Arc::new(store), Some(Arc::new(grant)))
    }

    /// Renews nothing itself: it takes what somebody else saves in the store. It never takes the store's lock.
    ///
    /// When the tokens are over, the refresh is rejected if there is no refresh token, since nobody can renew them then. If
    /// there is one, the refresh failed, until somebody has.
    pub fn bearer_only(store: impl TokenStore) -> Self {
        Self::over(Arc::new(store), None)
    }

    fn over(store: Arc<dyn TokenStore>, grant: Option<Arc<dyn Grant>>) -> Self {
        Self {
            renewal: Renewal {
                store,
                grant,
                unsaved: Arc::new(Unsaved::default()),
                exchange_timeout: EXCHANGE_TIMEOUT,
                clock: Arc::new(SystemTime::now),
            },
        }
    }

    /// Sets how long a grant may take, which holds the store's lock all the time. Default: 60 seconds. It is for grants that
    /// have no limit of their own; a [`TokenEndpoint`](crate::TokenEndpoint) has one, and a better error.
    pub fn exchange_timeout(mut self, limit: Duration) -> Self {
        self.renewal.exchange_timeout = limit;
        self
    }

    /// Sets the clock that expiries are held against. Default: [`SystemTime::now`]. Give the refresh queue the same.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.renewal.clock = Arc::new(clock);
        self
    }
}

#[async_trait]
impl Refresh<BearerTokens> for TokenRefresher {
    async fn refresh(&self, stale: Option<&BearerTokens>) -> Result<BearerTokens, RefreshError> {
        let stale = stale.map(|stale| stale.tokens().clone());
        self.renewal.renew(stale).await
    }
}

impl fmt::Debug for TokenRefresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRefresher")
            .field("renews", &self.renewal.grant.is_some())
            .field("exchange_timeout", &self.renewal.exchange_timeout)
            .finish_non_exhaustive()
    }
}

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
use super::running::Running;
use super::unsaved::Unsaved;
use super::unsettled::Unsettled;

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
/// - Tokens that were bought are saved before anything else is asked of them. A save that fails is tried three times more within
///   two seconds. After that they stay in the memory of this process: its next refresh by this refresher or a clone saves
///   them, and sends nothing, unless somebody has signed in or out since. Other processes can't know of them, and may send the
///   refresh token that is spent.
/// - A mark that is found tells that the refresh token may be spent. It is tried once; if the server takes it no more, the
///   session ends with [`RenewalError::CutOff`](crate::RenewalError::CutOff).
///
/// # Cancel safety
///
/// A refresh that is dropped while it waits for the lock leaves nothing behind. One that holds the lock goes on in a task of
/// its own until the answer is saved: so a queue whose timeout has passed finds the new tokens in the store. Only the end of
/// the runtime cuts it off: a program that ends waits for [`settled`](Self::settled).
///
/// # Slow servers
///
/// Who shares the store waits for its lock while a server works, and is told that the store is busy. So is a caller told whose
/// queue has a limit (30 seconds) or whose [`TokenEndpoint`](crate::TokenEndpoint) has one (45 seconds), and the answer is saved
/// all the same when it comes. Only a server that is slower than [`exchange_timeout`](Self::exchange_timeout) (60 seconds) is
/// given up. If it has spent the refresh token by then and revokes a session whose refresh token is sent again, the next
/// refresh ends the session with [`RenewalError::CutOff`](crate::RenewalError::CutOff). The same goes for a connection that
/// breaks while the server works. No client can do better: to ask again is all that is left.
///
/// # Without a refresh token
///
/// An access token that has no refresh token beside it serves to its end, also where a queue would renew it ahead of time, as
/// long as that is a minute ahead at most, as by default. A queue that renews earlier, by
/// [`refresh_ahead`](refresh_queue::RefreshQueueBuilder::refresh_ahead), ends the session when it does.
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

    /// Renews nothing itself: it takes what somebody else saves in the store. It loads, and takes the store's lock only where
    /// the store does so to load: a file without a session id gets one, which writes it.
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
                running: Running::default(),
                exchange_timeout: EXCHANGE_TIMEOUT,
                clock: Arc::new(SystemTime::now),
            },
        }
    }

    /// Sets how long a grant may take, which holds the store's lock all the time. Default: 60 seconds. After that the server is
    /// given up, whatever it has done: keep it above the limits by which callers are told, those of the queue and of the
    /// [`TokenEndpoint`](crate::TokenEndpoint).
    pub fn exchange_timeout(mut self, limit: Duration) -> Self {
        self.renewal.exchange_timeout = limit;
        self
    }

    /// Sets the clock that expiries are held against. Default: [`SystemTime::now`]. Give the refresh queue the same.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.renewal.clock = Arc::new(clock);
        self
    }

    /// Waits until nothing goes on that would be lost with the runtime: no refresh holds the store's lock, also none that its
    /// caller has left, and tokens that could not be saved have been tried once more to save. For programs that end, after the
    /// queue was closed: while others begin refreshes, it waits for those too.
    ///
    /// How a refresh came out is no matter here. It takes no longer than the [`exchange_timeout`](Self::exchange_timeout).
    ///
    /// ```
    /// use auth_middleware::{BearerTokens, TokenRefresher, Unsettled};
    /// use refresh_queue::RefreshQueue;
    ///
    /// async fn end(queue: RefreshQueue<BearerTokens>, refresher: TokenRefresher) -> Result<(), Unsettled> {
    ///     queue.close().await;
    ///     refresher.settled().await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unsettled::Running`] when something still goes on after that time, [`Unsettled::Unsaved`] when the new tokens can't be
    /// saved. They stay in memory then.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with time enabled.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops nothing that goes on, a save of its own among it. Another call waits for that.
    pub async fn settled(&self) -> Result<(), Unsettled> {
        self.renewal.settled().await
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

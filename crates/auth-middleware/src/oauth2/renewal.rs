//! One refresh: load, compare, lock, load again, then adopt or exchange.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use refresh_queue::RefreshError;
use token_store::{LockedStore, StoreError, StoredTokens, TokenSet, TokenStore};
use tokio::select;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::trace;

use super::bearer_tokens::BearerTokens;
use super::exchange::Exchange;
use super::finish_on_drop::FinishOnDrop;
use super::grant::Grant;
use super::renewal_error::RenewalError;
use super::renewal_step::{Facts, Means, Step, step};
use super::running::Running;
use super::token_endpoint_error::{TokenEndpointError, TokenEndpointErrorKind};
use super::unsaved::Unsaved;
use super::unsettled::Unsettled;

/// What a refresh comes to.
pub(crate) type Renewed = Result<BearerTokens, RefreshError>;

/// What a refresh needs. Clones share it.
#[derive(Clone)]
pub(crate) struct Renewal {
    pub(crate) store: Arc<dyn TokenStore>,
    /// None where somebody else renews the tokens in the store.
    pub(crate) grant: Option<Arc<dyn Grant>>,
    pub(crate) unsaved: Arc<Unsaved>,
    pub(crate) running: Running,
    pub(crate) exchange_timeout: Duration,
    pub(crate) clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Renewal {
    /// Renews these tokens, or gets the first ones. A future that is dropped while it holds the lock goes on without its
    /// caller: an answer that comes then may have cost the refresh token. So it does when the caller has waited long enough.
    pub(crate) async fn renew(&self, stale: Option<TokenSet>) -> Renewed {
        let found = self.store.load().await.map_err(RefreshError::failed)?;
        let step = self.step(found.as_ref(), stale.as_ref());
        if step != Step::Exchange && self.unsaved.is_empty() {
            return settle(step, found);
        }
        trace!(target: "auth_middleware", step = "locking");
        let locked = self.store.lock().await.map_err(RefreshError::failed)?;
        trace!(target: "auth_middleware", step = "locked");
        let (late, is_late) = oneshot::channel();
        let renewed = self.to_the_end(self.clone().renew_under_lock(locked, stale, late));
        select! {
            biased;
            renewed = renewed => renewed,
            Ok(()) = is_late => {
                let late = TokenEndpointError::new(TokenEndpointErrorKind::TimedOut);
                Err(RefreshError::failed(late))
            }
        }
    }

    /// Waits until nothing goes on under the lock, and tries once more to save what could not be saved.
    pub(crate) async fn settled(&self) -> Result<(), Unsettled> {
        let settled = async {
            self.running.end().await;
            if self.unsaved.is_empty() {
                return Ok(());
            }
            let mut locked = self.store.lock().await?;
            let renewal = self.clone();
            self.to_the_end(async move { renewal.load(&mut *locked).await.map(drop) })
                .await
        };
        match timeout(self.exchange_timeout, settled).await {
            Ok(settled) => settled.map_err(Unsettled::Unsaved),
            Err(_) => Err(Unsettled::Running),
        }
    }

    /// Finishes what is done under the lock, whoever leaves.
    fn to_the_end<T: Send + 'static>(
        &self,
        under_lock: impl Future<Output = T> + Send + 'static,
    ) -> FinishOnDrop<T> {
        let run = self.running.begin();
        FinishOnDrop::new(async move {
            let done = under_lock.await;
            drop(run);
            done
        })
    }

    async fn renew_under_lock(
        self,
        mut locked: Box<dyn LockedStore>,
        stale: Option<TokenSet>,
        late: oneshot::Sender<()>,
    ) -> Renewed {
        let stored = self.load(&mut *locked).await;
        let stored = stored.map_err(RefreshError::failed)?;
        let found = stored.as_ref().map(StoredTokens::tokens);
        match (self.step(found, stale.as_ref()), &self.grant) {
            (Step::Exchange, Some(grant)) => {
                let exchange = Exchange {
                    grant: &**grant,
                    locked: &mut *locked,
                    unsaved: &self.unsaved,
                    limit: self.exchange_timeout,
                };
                exchange.run(stored, late).await
            }
            (step, _) => settle(step, stored.map(StoredTokens::into_tokens)),
        }
    }

    /// What the store holds, when it has got what it could not keep before.
    async fn load(&self, locked: &mut dyn LockedStore) -> Result<Option<StoredTokens>, StoreError> {
        let stored = locked.load().await?;
        let found = stored.as_ref().map(StoredTokens::tokens);
        let Some(successor) = self.unsaved.successor_of(found) else {
            return Ok(stored);
        };
        locked.save(successor.clone()).await?;
        self.unsaved.forget();
        Ok(Some(StoredTokens::new(successor)))
    }

    fn step(&self, found: Option<&TokenSet>, stale: Option<&TokenSet>) -> Step {
        let means = match &self.grant {
            None => Means::SomebodyElse,
            Some(grant) if grant.needs_refresh_token() => Means::RefreshToken,
            Some(_) => Means::AsTheGrantSees,
        };
        step(Facts {
            found,
            stale,
            now: (self.clock)(),
            means,
        })
    }
}

/// What a refresh comes to that asks no server.
fn settle(step: Step, found: Option<TokenSet>) -> Renewed {
    match (step, found) {
        (Step::Adopt, Some(tokens)) => usable(tokens),
        (Step::NoRefreshToken, _) => Err(RefreshError::rejected(RenewalError::NoRefreshToken)),
        (Step::LetItRunOut, _) => Err(RefreshError::failed(RenewalError::NoRefreshToken)),
        (Step::RenewedElsewhere | Step::Exchange, _) => {
            Err(RefreshError::failed(RenewalError::RenewedElsewhere))
        }
        (Step::NotSignedIn | Step::Adopt, _) => {
            Err(RefreshError::rejected(RenewalError::NotSignedIn))
        }
    }
}

/// The credential of these tokens, if their access token can go on a request.
pub(crate) fn usable(tokens: TokenSet) -> Renewed {
    BearerTokens::new(tokens).map_err(|error| RefreshError::failed(RenewalError::from(error)))
}

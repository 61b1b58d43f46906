//! One refresh: load, compare, lock, load again, then adopt or exchange.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use refresh_queue::RefreshError;
use token_store::{LockedStore, StoredTokens, TokenSet, TokenStore};
use tracing::trace;

use super::bearer_tokens::BearerTokens;
use super::exchange::Exchange;
use super::finish_on_drop::FinishOnDrop;
use super::grant::Grant;
use super::renewal_error::RenewalError;
use super::renewal_step::{Facts, Means, Step, step};
use super::unsaved::Unsaved;

/// What a refresh comes to.
pub(crate) type Renewed = Result<BearerTokens, RefreshError>;

/// What a refresh needs. Clones share it.
#[derive(Clone)]
pub(crate) struct Renewal {
    pub(crate) store: Arc<dyn TokenStore>,
    /// None where somebody else renews the tokens in the store.
    pub(crate) grant: Option<Arc<dyn Grant>>,
    pub(crate) unsaved: Arc<Unsaved>,
    pub(crate) exchange_timeout: Duration,
    pub(crate) clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Renewal {
    /// Renews these tokens, or gets the first ones. A future that is dropped while it holds the lock goes on without its
    /// caller: an answer that comes then may have cost the refresh token.
    pub(crate) async fn renew(&self, stale: Option<TokenSet>) -> Renewed {
        let found = self.store.load().await.map_err(RefreshError::failed)?;
        let step = self.step(found.as_ref(), stale.as_ref());
        if step != Step::Exchange && self.unsaved.is_empty() {
            return settle(step, found);
        }
        trace!(target: "auth_middleware", step = "locking");
        let locked = self.store.lock().await.map_err(RefreshError::failed)?;
        trace!(target: "auth_middleware", step = "locked");
        FinishOnDrop::new(self.clone().renew_under_lock(locked, stale)).await
    }

    async fn renew_under_lock(
        self,
        mut locked: Box<dyn LockedStore>,
        stale: Option<TokenSet>,
    ) -> Renewed {
        let stored = self.load(&mut *locked).await?;
        let found = stored.as_ref().map(StoredTokens::tokens);
        match (self.step(found, stale.as_ref()), &self.grant) {
            (Step::Exchange, Some(grant)) => {
                let exchange = Exchange {
                    grant: &**grant,
                    locked: &mut *locked,
                    unsaved: &self.unsaved,
                    limit: self.exchange_timeout,
                };
                exchange.run(stored).await
            }
            (step, _) => settle(step, stored.map(StoredTokens::into_tokens)),
        }
    }

    /// What the store holds, when it has got what it could not keep before.
    async fn load(
        &self,
        locked: &mut dyn LockedStore,
    ) -> Result<Option<StoredTokens>, RefreshError> {
        let stored = locked.load().await.map_err(RefreshError::failed)?;
        let found = stored.as_ref().map(StoredTokens::tokens);
        let Some(successor) = self.unsaved.successor_of(found) else {
            return Ok(stored);
        };
        let saved = locked.save(successor.clone()).await;
        saved.map_err(RefreshError::failed)?;
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

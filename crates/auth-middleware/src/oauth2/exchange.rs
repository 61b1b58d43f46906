//! One exchange under the store's lock: mark, ask the server, save.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use refresh_queue::RefreshError;
use token_store::{LockedStore, RefreshMark, StoreError, StoredTokens, TokenSet};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tracing::{trace, warn};

use super::grant::Grant;
use super::renewal::{Renewed, usable};
use super::renewal_error::RenewalError;
use super::token_endpoint_error::TokenEndpointError;
use super::unsaved::Unsaved;

/// Between the tries to save what can't be bought again. Together far less than others wait for the lock.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
];

pub(crate) struct Exchange<'a> {
    pub(crate) grant: &'a dyn Grant,
    pub(crate) locked: &'a mut dyn LockedStore,
    pub(crate) unsaved: &'a Unsaved,
    pub(crate) limit: Duration,
}

impl Exchange<'_> {
    /// Tells by `late` when the caller has waited for as long as the grant says.
    pub(crate) async fn run(
        mut self,
        stored: Option<StoredTokens>,
        late: oneshot::Sender<()>,
    ) -> Renewed {
        let was_cut_off = stored.as_ref().is_some_and(StoredTokens::may_be_spent);
        let former = stored.map(StoredTokens::into_tokens);
        let is_marked = self.mark(former.as_ref()).await?;
        trace!(target: "auth_middleware", step = "exchanging");
        let answer = timeout(self.limit, ask(self.grant, former.as_ref(), late)).await;
        let Ok(answer) = answer else {
            return Err(RefreshError::failed(RenewalError::TimedOut));
        };
        trace!(target: "auth_middleware", step = "answered");
        match answer {
            Ok(answer) => self.keep(former, answer).await,
            Err(error) if error.is_rejected() => {
                if former.is_some() {
                    self.clear().await;
                }
                Err(told(error, was_cut_off))
            }
            Err(error) => {
                if let Some(former) = former
                    && is_marked
                    && !was_cut_off
                    && is_unspent(&error)
                {
                    self.unmark(former).await;
                }
                Err(error)
            }
        }
    }

    /// Without the mark nothing is sent: a store that can't keep it could not keep what comes back either.
    async fn mark(&mut self, former: Option<&TokenSet>) -> Result<bool, RefreshError> {
        let mark = former
            .filter(|_| self.grant.spends_refresh_token())
            .and_then(RefreshMark::of);
        let Some(mark) = mark else {
            return Ok(false);
        };
        let marked = self.locked.mark(mark).await;
        marked.map_err(RefreshError::failed)?;
        Ok(true)
    }

    /// Nobody uses the new tokens before they are safe. If they can't be saved, they are kept for the next refresh to save. What
    /// they are good for is another question: the refresh token among them is the only one there is.
    async fn keep(self, former: Option<TokenSet>, answer: TokenSet) -> Renewed {
        let tokens = match &former {
            Some(former) => former.succeeded_by(answer),
            None => answer,
        };
        self.unsaved.keep(former, tokens.clone());
        let saved = save(self.locked, &tokens).await;
        saved.map_err(RefreshError::failed)?;
        self.unsaved.forget();
        trace!(target: "auth_middleware", step = "saved");
        usable(tokens)
    }

    /// The server has said that the session is over, whether or not the store can forget it. If it can't, whoever loads
    /// those tokens next is told the same by the server.
    async fn clear(&mut self) {
        if let Err(error) = self.locked.clear().await {
            warn!(target: "auth_middleware", %error, "the tokens of an ended session stay in the store");
        }
    }

    /// Nothing was spent, so the mark must not tell of a token that may be.
    async fn unmark(&mut self, former: TokenSet) {
        if let Err(error) = self.locked.save(former).await {
            warn!(target: "auth_middleware", %error, "the mark of a refresh that spent nothing stays in the store");
        }
    }
}

/// A server that is slow may be at work all the same. So the lock is kept while it may answer, or the next to have it would send
/// a refresh token that is spent.
async fn ask(
    grant: &dyn Grant,
    former: Option<&TokenSet>,
    late: oneshot::Sender<()>,
) -> Result<TokenSet, RefreshError> {
    let mut answer = pin!(grant.exchange_without_limit(former));
    if let Some(limit) = grant.time_limit() {
        if let Ok(answer) = timeout(limit, &mut answer).await {
            return answer;
        }
        // Nobody hears it where the caller has left already.
        let _ = late.send(());
    }
    answer.await
}

/// Tries a few times. Other processes can't know of tokens that are only in our memory, and would send the spent one.
async fn save(locked: &mut dyn LockedStore, tokens: &TokenSet) -> Result<(), StoreError> {
    for pause in PAUSES {
        match locked.save(tokens.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                warn!(target: "auth_middleware", %error, "new tokens could not be saved yet");
            }
        }
        sleep(pause).await;
    }
    locked.save(tokens.clone()).await
}

fn told(error: RefreshError, was_cut_off: bool) -> RefreshError {
    if was_cut_off {
        return RefreshError::rejected(RenewalError::CutOff(error.into()));
    }
    error
}

/// Only our own endpoint knows for sure. Whatever else fails may have been the second of a grant's requests.
fn is_unspent(error: &RefreshError) -> bool {
    let error = error.source().and_then(|source| source.downcast_ref());
    error.is_some_and(TokenEndpointError::is_unspent)
}

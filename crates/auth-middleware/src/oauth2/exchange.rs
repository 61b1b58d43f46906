//! One exchange under the store's lock: mark, ask the server, save.

use std::error::Error;
use std::time::Duration;

use refresh_queue::RefreshError;
use token_store::{LockedStore, RefreshMark, StoredTokens, TokenSet};
use tokio::time::timeout;
use tracing::{trace, warn};

use super::grant::Grant;
use super::renewal::{Renewed, usable};
use super::renewal_error::RenewalError;
use super::token_endpoint_error::TokenEndpointError;
use super::unsaved::Unsaved;

pub(crate) struct Exchange<'a> {
    pub(crate) grant: &'a dyn Grant,
    pub(crate) locked: &'a mut dyn LockedStore,
    pub(crate) unsaved: &'a Unsaved,
    pub(crate) limit: Duration,
}

impl Exchange<'_> {
    pub(crate) async fn run(mut self, stored: Option<StoredTokens>) -> Renewed {
        let was_cut_off = stored.as_ref().is_some_and(StoredTokens::may_be_spent);
        let former = stored.map(StoredTokens::into_tokens);
        let is_marked = self.mark(former.as_ref()).await?;
        trace!(target: "auth_middleware", step = "exchanging");
        let answer = timeout(self.limit, self.grant.exchange(former.as_ref())).await;
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
                    && is_unsent(&error)
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

    /// Nobody uses the new tokens before they are safe. If they can't be saved, they are kept for the next refresh to save.
    async fn keep(self, former: Option<TokenSet>, answer: TokenSet) -> Renewed {
        let tokens = match &former {
            Some(former) => former.succeeded_by(answer),
            None => answer,
        };
        let credential = usable(tokens.clone())?;
        if let Err(error) = self.locked.save(tokens.clone()).await {
            self.unsaved.keep(former, tokens);
            return Err(RefreshError::failed(error));
        }
        trace!(target: "auth_middleware", step = "saved");
        Ok(credential)
    }

    /// The server has said that the session is over, whether or not the store can forget it. If it can't, whoever loads
    /// those tokens next is told the same by the server.
    async fn clear(&mut self) {
        if let Err(error) = self.locked.clear().await {
            warn!(target: "auth_middleware", %error, "the tokens of an ended session stay in the store");
        }
    }

    /// Nothing was sent, so the mark must not tell of a token that may be spent.
    async fn unmark(&mut self, former: TokenSet) {
        if let Err(error) = self.locked.save(former).await {
            warn!(target: "auth_middleware", %error, "the mark of a refresh that sent nothing stays in the store");
        }
    }
}

fn told(error: RefreshError, was_cut_off: bool) -> RefreshError {
    if was_cut_off {
        return RefreshError::rejected(RenewalError::CutOff(error.into()));
    }
    error
}

/// Whether no connection could be had.
fn is_unsent(error: &RefreshError) -> bool {
    let Some(source) = error.source() else {
        return false;
    };
    if let Some(error) = source.downcast_ref::<TokenEndpointError>() {
        return error.is_unsent();
    }
    source
        .downcast_ref::<reqwest::Error>()
        .is_some_and(reqwest::Error::is_connect)
}

//! One token, and the reason that its cancellation has.

use std::borrow::Cow;
use std::sync::Arc;

use request_context::Cancelled;
use tokio_util::sync::CancellationToken;

use crate::turn::Turn;

#[derive(Clone, Debug)]
pub(crate) struct Signal {
    token: CancellationToken,
    reason: Reason,
}

/// Why a token is cancelled, as far as it is known beforehand.
#[derive(Clone, Debug)]
pub(crate) enum Reason {
    None,
    Given(Cow<'static, str>),
    /// Whoever ends the turn says why.
    OfTurn(Arc<Turn>),
}

impl Signal {
    pub(crate) fn new(token: CancellationToken, reason: Reason) -> Self {
        Self { token, reason }
    }

    pub(crate) fn set_reason(&mut self, reason: Cow<'static, str>) {
        self.reason = Reason::Given(reason);
    }

    /// The error, if the token is cancelled.
    pub(crate) fn cancelled(&self) -> Option<Cancelled> {
        self.token.is_cancelled().then(|| self.error())
    }

    /// The error of a call that this token ends.
    pub(crate) fn error(&self) -> Cancelled {
        match &self.reason {
            Reason::None => Cancelled::new(),
            Reason::Given(reason) => Cancelled::because(reason.clone()),
            Reason::OfTurn(turn) => turn.error(),
        }
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }
}

impl From<CancellationToken> for Signal {
    fn from(token: CancellationToken) -> Self {
        Self::new(token, Reason::None)
    }
}

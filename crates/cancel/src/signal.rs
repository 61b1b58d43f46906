//! One token, and the reason that its cancellation has.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use request_context::Cancelled;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

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
        self.token.is_cancelled().then(|| self.reason.error())
    }

    /// A wait for the cancellation, and the reason it will have.
    pub(crate) fn into_wait(self) -> (Pin<Box<WaitForCancellationFutureOwned>>, Reason) {
        (Box::pin(self.token.cancelled_owned()), self.reason)
    }
}

impl From<CancellationToken> for Signal {
    fn from(token: CancellationToken) -> Self {
        Self::new(token, Reason::None)
    }
}

impl Reason {
    /// The error of a call that ends for this reason.
    pub(crate) fn error(&self) -> Cancelled {
        match self {
            Self::None => Cancelled::new(),
            Self::Given(reason) => Cancelled::because(reason.clone()),
            Self::OfTurn(turn) => turn.error(),
        }
    }
}

//! One turn at a slot that only the newest call may hold, and why it ended.

use std::sync::OnceLock;

use request_context::Cancelled;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(crate) struct Turn {
    token: CancellationToken,
    ended: OnceLock<Cancelled>,
    /// The error if the token was cancelled from above, by its parent.
    from_above: Cancelled,
}

impl Turn {
    pub(crate) fn new(token: CancellationToken, from_above: Cancelled) -> Self {
        Self {
            token,
            ended: OnceLock::new(),
            from_above,
        }
    }

    /// Cancels what listens to this turn. A turn that has ended before keeps its reason.
    pub(crate) fn end(&self, why: Cancelled) {
        if self.has_ended() {
            return;
        }
        // Said before the token is cancelled, so that whoever it wakes finds it.
        let _ = self.ended.set(why);
        self.token.cancel();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.token.is_cancelled()
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// The error of a call that this turn ended.
    pub(crate) fn error(&self) -> Cancelled {
        self.ended.get().unwrap_or(&self.from_above).clone()
    }
}

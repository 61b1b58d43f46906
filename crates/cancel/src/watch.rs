//! Waits for the first of a call's tokens to be cancelled.

use std::pin::Pin;
use std::task::{Context, Poll};

use request_context::Cancelled;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::CancelOn;
use crate::signal::{Reason, Signal};

/// Waits for the first of a call's tokens to be cancelled. It goes along from the request to the response body, so that
/// each token is entered once per call; dropping it leaves nothing behind in the tokens.
pub(crate) struct Watch {
    first: Wait,
    others: Vec<Wait>,
}

impl Watch {
    /// The first of the tokens that is found cancelled. All are polled, so that any of them wakes the task.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Cancelled> {
        let mut waits = std::iter::once(&mut self.first).chain(&mut self.others);
        waits
            .find_map(|wait| wait.poll(context))
            .map_or(Poll::Pending, Poll::Ready)
    }
}

impl From<CancelOn> for Watch {
    fn from(cancel: CancelOn) -> Self {
        let (first, others) = cancel.into_signals();
        Self {
            first: first.into(),
            others: others.into_iter().map(Wait::from).collect(),
        }
    }
}

struct Wait {
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    reason: Reason,
}

impl Wait {
    fn poll(&mut self, context: &mut Context<'_>) -> Option<Cancelled> {
        let cancelled = self.cancelled.as_mut().poll(context).is_ready();
        cancelled.then(|| self.reason.error())
    }
}

impl From<Signal> for Wait {
    fn from(signal: Signal) -> Self {
        let (cancelled, reason) = signal.into_wait();
        Self { cancelled, reason }
    }
}

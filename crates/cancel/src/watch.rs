//! Lets work go on until the first of a call's tokens is cancelled.

use std::pin::Pin;
use std::task::{Context, Poll};

use request_context::Cancelled;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::CancelOn;
use crate::signal::Signal;

/// Lets work go on until the first of a call's tokens is cancelled. It goes along from the request to the response body;
/// dropping it leaves nothing behind in the tokens.
pub(crate) struct Watch {
    first: Watched,
    others: Vec<Watched>,
}

impl Watch {
    /// Polls the work, unless a token is cancelled. The tokens are asked first: what comes at the same moment comes too
    /// late. Only work that has to wait enters itself in the tokens, since asking them is cheaper.
    pub(crate) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        work: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Cancelled>> {
        if let Some(cancelled) = self.tokens().find_map(|token| token.signal.cancelled()) {
            return Poll::Ready(Err(cancelled));
        }
        if let Poll::Ready(done) = work(context) {
            return Poll::Ready(Ok(done));
        }
        // All of them, so that each can wake the task.
        match self.tokens().find_map(|token| token.wait(context)) {
            Some(cancelled) => Poll::Ready(Err(cancelled)),
            None => Poll::Pending,
        }
    }

    fn tokens(&mut self) -> impl Iterator<Item = &mut Watched> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }
}

impl From<CancelOn> for Watch {
    fn from(cancel: CancelOn) -> Self {
        let (first, others) = cancel.into_signals();
        Self {
            first: first.into(),
            others: others.into_iter().map(Watched::from).collect(),
        }
    }
}

struct Watched {
    signal: Signal,
    wait: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Watched {
    fn wait(&mut self, context: &mut Context<'_>) -> Option<Cancelled> {
        let wait = self
            .wait
            .get_or_insert_with(|| Box::pin(self.signal.token().clone().cancelled_owned()));
        let cancelled = wait.as_mut().poll(context).is_ready();
        cancelled.then(|| self.signal.error())
    }
}

impl From<Signal> for Watched {
    fn from(signal: Signal) -> Self {
        Self { signal, wait: None }
    }
}

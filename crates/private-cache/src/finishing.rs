//! Work that goes on when whoever waits for it leaves.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use request_context::Instant;
use tokio::time::{Sleep, sleep_until};

use crate::spawn::spawn;

/// Work on the store that goes on when whoever waits for it leaves: half of it could leave there what has been forgotten.
///
/// The lock is never taken: it makes this something that threads may share, as reqwest asks of a body.
pub(crate) struct Finishing {
    work: Option<Mutex<Work>>,
    deadline: Option<Instant>,
    /// Set when somebody has to wait.
    over: Option<Pin<Box<Sleep>>>,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Finishing {
    /// The work, which is waited for until the deadline and not longer.
    pub(crate) fn new(
        deadline: Option<Instant>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self {
            work: Some(Mutex::new(Box::pin(work))),
            deadline,
            over: None,
        }
    }

    fn poll_work(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(work) = &mut self.work {
            let work = work.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::task::ready!(work.as_mut().poll(context));
            self.work = None;
        }
        Poll::Ready(())
    }
}

impl Future for Finishing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.poll_work(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        let over = self
            .over
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        over.as_mut().poll(context)
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            // Without a runtime there is nobody to do it.
            spawn(work.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

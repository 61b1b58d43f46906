//! What stops a whole stream: its deadline, or whoever cancels it.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::PagingErrorKind;

/// What stops a whole stream. It is watched while a page loads and whenever the stream is polled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    pub(crate) within: Option<Duration>,
    pub(crate) token: CancellationToken,
    deadline: Option<Instant>,
}

impl Stop {
    /// The deadline counts from the first call of this.
    pub(crate) fn begin(&mut self) {
        if let Some(within) = self.within.take() {
            self.deadline = Instant::now().checked_add(within);
        }
    }

    /// Why the stream stops, if it does.
    pub(crate) fn reason(&self) -> Option<PagingErrorKind> {
        if self.token.is_cancelled() {
            return Some(PagingErrorKind::Cancelled);
        }
        let is_over = self.deadline.is_some_and(|at| at <= Instant::now());
        is_over.then_some(PagingErrorKind::DeadlineExceeded)
    }

    /// Waits for this, unless the stream stops before. Then it is dropped.
    pub(crate) async fn guard<F: Future>(&self, work: F) -> Result<F::Output, PagingErrorKind> {
        let work = self.token.run_until_cancelled(work);
        let done = match self.deadline {
            Some(at) => timeout_at(at, work)
                .await
                .map_err(|_| PagingErrorKind::DeadlineExceeded)?,
            None => work.await,
        };
        done.ok_or(PagingErrorKind::Cancelled)
    }
}

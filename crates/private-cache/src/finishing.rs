//! Work that goes on when whoever waits for it leaves.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use crate::spawn::spawn;

/// Work on the store that goes on when whoever waits for it leaves: half of it could leave there what has been forgotten.
///
/// The lock is never taken: it makes this something that threads may share, as reqwest asks of a body.
pub(crate) struct Finishing(Option<Mutex<Work>>);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Finishing {
    pub(crate) fn new(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Some(Mutex::new(Box::pin(work))))
    }
}

impl Future for Finishing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(work) = &mut self.0 {
            let work = work.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::task::ready!(work.as_mut().poll(context));
            self.0 = None;
        }
        Poll::Ready(())
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        if let Some(work) = self.0.take() {
            // Without a runtime there is nobody to do it.
            spawn(work.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

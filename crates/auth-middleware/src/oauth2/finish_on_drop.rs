//! A future that isn't cut off by dropping it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;

type Rest<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs in the task that awaits it. If it is dropped before its end, a task of its own finishes it, and what it comes to is
/// dropped.
///
/// Only the end of the runtime cuts it off, and its own panic.
pub(crate) struct FinishOnDrop<T: Send + 'static> {
    rest: Option<Rest<T>>,
}

impl<T: Send + 'static> FinishOnDrop<T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            rest: Some(Box::pin(future)),
        }
    }
}

impl<T: Send + 'static> Future for FinishOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Taken out meanwhile, so that one that panics isn't polled again.
        let Some(mut rest) = self.rest.take() else {
            return Poll::Pending;
        };
        let polled = rest.as_mut().poll(context);
        if polled.is_pending() {
            self.rest = Some(rest);
        }
        Poll::Ready(ready!(polled))
    }
}

impl<T: Send + 'static> Drop for FinishOnDrop<T> {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take() else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn what_is_dropped_goes_on_from_where_it_was() {
        let (go, gone) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let mut polls = 0;
        let mut future = FinishOnDrop::new(async move {
            polls += 1;
            gone.await.unwrap();
            tell.send(polls).unwrap();
        });
        tokio::select! {
            biased;
            () = &mut future => panic!("nothing let it end"),
            () = yield_now() => {}
        }
        drop(future);
        go.send(()).unwrap();
        assert_eq!(told.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn one_that_has_ended_or_panicked_is_not_polled_again() {
        assert_eq!(FinishOnDrop::new(async { 7 }).await, 7);
        let panicked = tokio::spawn(FinishOnDrop::<()>::new(async { panic!("as it should") }));
        assert!(panicked.await.unwrap_err().is_panic());
    }

    #[test]
    fn without_a_runtime_it_ends_where_it_is() {
        drop(FinishOnDrop::new(async {}));
    }
}

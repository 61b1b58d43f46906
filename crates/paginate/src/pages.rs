//! A stream of whole pages.

use std::fmt;
use std::future::poll_fn;
use std::mem::replace;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::ahead::{Ahead, Outcome};
use crate::loader::Loader;
use crate::position::Position;
use crate::stop::Stop;
use crate::walk::Arrived;
use crate::{Checkpoint, Page, PageSource, PagingError, PagingErrorKind};

/// A stream of whole pages, made by [`Pager::pages`](crate::Pager::pages).
///
/// Empty pages are among them. After an error the stream asks for the same page again when it is polled again; what it does
/// not recover from is listed at [`Pager`](crate::Pager#errors).
///
/// Dropping it stops the page that is loading, and all that are loaded ahead.
#[must_use = "a stream does nothing unless it is polled"]
pub struct Pages<S: PageSource> {
    source: Arc<S>,
    style: String,
    stop: Stop,
    prefetch: usize,
    max_failures: u32,
    failures: u32,
    /// After the page that was yielded last.
    position: Position,
    state: State<S>,
}

enum State<S: PageSource> {
    Ready(Box<Loader<S>>),
    Loading(Loading<S>),
    Ahead(Ahead<S>),
    Over,
}

/// A page that loads while the stream is polled. Where there may be more to load, the loader comes back.
type Loading<S> = Pin<Box<dyn Future<Output = (Outcome<S>, Option<Box<Loader<S>>>)> + Send>>;

impl<S: PageSource> Pages<S> {
    pub(crate) fn new(
        loader: Loader<S>,
        style: String,
        position: Position,
        stop: Stop,
        prefetch: usize,
        max_failures: u32,
    ) -> Self {
        Self {
            source: Arc::clone(&loader.source),
            style,
            stop,
            prefetch,
            max_failures,
            failures: 0,
            position,
            state: State::Ready(Box::new(loader)),
        }
    }

    /// The next page; none after the last one.
    ///
    /// # Errors
    ///
    /// As the stream: see [`Pager`](crate::Pager#errors).
    ///
    /// # Cancel safety
    ///
    /// Safe: a page that was loading goes on at the next call.
    pub async fn next_page(&mut self) -> Result<Option<Page>, S::Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }

    /// The place after the page that was yielded last.
    pub fn checkpoint(&self) -> Checkpoint {
        self.checkpoint_at(self.position.clone())
    }

    pub(crate) fn checkpoint_at(&self, position: Position) -> Checkpoint {
        Checkpoint::new(&self.style, position)
    }

    /// Ends the stream, and drops all that loads.
    pub(crate) fn end(&mut self) {
        self.state = State::Over;
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The stream's error of what is wrong.
    pub(crate) fn refuse(&self, error: PagingError) -> S::Error {
        self.source.refuse(error)
    }

    /// The error with which the stream ends, if its deadline has passed or it was cancelled.
    pub(crate) fn stopped(&mut self) -> Option<S::Error> {
        self.stop.begin();
        let reason = self.stop.reason()?;
        Some(self.stop_for(reason))
    }

    fn stop_for(&mut self, reason: PagingErrorKind) -> S::Error {
        self.end();
        self.refuse(PagingError::new(self.position.page, reason))
    }

    /// The next page with the places around it.
    pub(crate) fn poll_arrived(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Box<Arrived>, S::Error>>> {
        // After the last page nothing is left to stop.
        if self.is_over() || self.position.request.is_none() {
            self.end();
            return Poll::Ready(None);
        }
        if let Some(error) = self.stopped() {
            return Poll::Ready(Some(Err(error)));
        }
        loop {
            let outcome = ready!(self.poll_outcome(cx));
            return Poll::Ready(match outcome {
                Outcome::Arrived(arrived) => {
                    self.position = arrived.after.clone();
                    if arrived.is_known {
                        continue;
                    }
                    self.failures = 0;
                    Some(Ok(arrived))
                }
                Outcome::Failed(error, loader) => {
                    self.failures += 1;
                    if self.failures < self.max_failures {
                        self.state = State::Ready(loader);
                    } else {
                        self.end();
                    }
                    Some(Err(error))
                }
                Outcome::Stopped(reason) => Some(Err(self.stop_for(reason))),
                Outcome::End => {
                    self.end();
                    None
                }
            });
        }
    }

    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<S>> {
        if matches!(self.state, State::Ready(_))
            && let State::Ready(loader) = replace(&mut self.state, State::Over)
        {
            self.state = self.begin(loader);
        }
        match &mut self.state {
            State::Loading(loading) => {
                let (outcome, loader) = ready!(loading.as_mut().poll(cx));
                self.state = loader.map_or(State::Over, State::Ready);
                Poll::Ready(outcome)
            }
            State::Ahead(ahead) => ahead.poll(cx),
            State::Ready(_) | State::Over => Poll::Ready(Outcome::End),
        }
    }

    fn begin(&self, loader: Box<Loader<S>>) -> State<S> {
        let loader = match self.prefetch {
            0 => loader,
            depth => match Ahead::begin(loader, depth, self.stop.clone()) {
                Ok(ahead) => return State::Ahead(ahead),
                Err(loader) => loader,
            },
        };
        State::Loading(Box::pin(load(loader, self.stop.clone())))
    }
}

/// Loads one page, unless the stream stops before.
async fn load<S: PageSource>(
    mut loader: Box<Loader<S>>,
    stop: Stop,
) -> (Outcome<S>, Option<Box<Loader<S>>>) {
    match stop.guard(loader.load()).await {
        Ok(Some(Ok(arrived))) => (Outcome::Arrived(arrived), Some(loader)),
        Ok(Some(Err(error))) => (Outcome::Failed(error, loader), None),
        Ok(None) => (Outcome::End, None),
        Err(reason) => (Outcome::Stopped(reason), None),
    }
}

impl<S: PageSource> Stream for Pages<S> {
    type Item = Result<Page, S::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let arrived = ready!(self.poll_arrived(cx));
        Poll::Ready(arrived.map(|arrived| arrived.map(|arrived| arrived.page)))
    }
}

/// Polled after its end, it stays at its end.
impl<S: PageSource> FusedStream for Pages<S> {
    fn is_terminated(&self) -> bool {
        self.is_over()
    }
}

impl<S: PageSource> fmt::Debug for Pages<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("style", &self.style)
            .field("prefetch", &self.prefetch)
            .field("page", &self.position.page)
            .field("is_over", &self.is_over())
            .finish_non_exhaustive()
    }
}

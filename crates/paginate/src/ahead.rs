//! Loads pages ahead, in a task that dies with the stream.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::loader::Loader;
use crate::stop::Stop;
use crate::walk::Arrived;
use crate::{PageSource, PagingErrorKind};

/// Pages that a task loads ahead. Dropping it ends the task, and with it the request under way.
pub(crate) struct Ahead<S: PageSource> {
    messages: Receiver<Message<S>>,
    task: AbortOnDropHandle<Result<(), PagingErrorKind>>,
}

enum Message<S: PageSource> {
    Arrived(Box<Arrived>),
    /// The task has ended. It goes on when the stream is polled again, and not before.
    Failed(S::Error, Box<Loader<S>>),
}

/// What comes of waiting for the next page.
pub(crate) enum Outcome<S: PageSource> {
    Arrived(Box<Arrived>),
    Failed(S::Error, Box<Loader<S>>),
    Stopped(PagingErrorKind),
    End,
}

impl<S: PageSource> Ahead<S> {
    /// Begins to load, so that up to `depth` pages are loading or wait to be taken. Without a runtime of tokio's the loader
    /// comes back.
    pub(crate) fn begin(
        loader: Box<Loader<S>>,
        depth: usize,
        stop: Stop,
    ) -> Result<Self, Box<Loader<S>>> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(loader);
        };
        let (sender, messages) = channel(depth);
        let work = async move { stop.guard(load_all(loader, sender)).await };
        // What it logs belongs to whoever polls the stream.
        let work = work.in_current_span();
        let task = AbortOnDropHandle::new(runtime.spawn(work));
        Ok(Self { messages, task })
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<S>> {
        Poll::Ready(match ready!(self.messages.poll_recv(cx)) {
            Some(Message::Arrived(arrived)) => Outcome::Arrived(arrived),
            Some(Message::Failed(error, loader)) => Outcome::Failed(error, loader),
            // The task has ended, and how says whether that was the end of the list.
            None => match ready!(Pin::new(&mut self.task).poll(cx)) {
                Ok(Ok(())) => Outcome::End,
                Ok(Err(reason)) => Outcome::Stopped(reason),
                Err(error) => match error.try_into_panic() {
                    // As if the page had been loaded here.
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Outcome::Stopped(PagingErrorKind::Interrupted),
                },
            },
        })
    }
}

async fn load_all<S: PageSource>(mut loader: Box<Loader<S>>, sender: Sender<Message<S>>) {
    // A place is taken before the page is asked for, so that none is loaded that there is no place for.
    while let Ok(place) = sender.reserve().await {
        match loader.load().await {
            Some(Ok(arrived)) => place.send(Message::Arrived(arrived)),
            Some(Err(error)) => return place.send(Message::Failed(error, loader)),
            None => return,
        }
    }
}

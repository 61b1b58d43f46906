//! A stream of items.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use serde::de::DeserializeOwned;

use crate::position::Position;
use crate::walk::Arrived;
use crate::{Checkpoint, Page, PageSource, Pages};

/// A stream of items, page after page, made by [`Pager::items`](crate::Pager::items).
///
/// An error is an item of the stream, and what was yielded stays yielded. After it the stream asks for the same page again
/// when it is polled again; what it does not recover from is listed at [`Pager`](crate::Pager#errors).
///
/// Dropping it stops the page that is loading, and all that are loaded ahead.
#[must_use = "a stream does nothing unless it is polled"]
pub struct Items<S: PageSource, T> {
    pages: Pages<S>,
    current: Option<Current>,
    continues: bool,
    item: PhantomData<fn() -> T>,
}

/// The page whose items are being yielded.
struct Current {
    page: Page,
    before: Position,
    /// The item that is yielded next.
    index: usize,
}

impl<S: PageSource, T: DeserializeOwned> Items<S, T> {
    pub(crate) fn new(pages: Pages<S>, continues: bool) -> Self {
        Self {
            pages,
            current: None,
            continues,
            item: PhantomData,
        }
    }

    /// The next item; none after the last one.
    ///
    /// # Errors
    ///
    /// As the stream: see [`Pager`](crate::Pager#errors).
    ///
    /// # Cancel safety
    ///
    /// Safe: a page that was loading goes on at the next call, and no item is lost.
    pub async fn next_item(&mut self) -> Result<Option<T>, S::Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }
}

impl<S: PageSource, T> Items<S, T> {
    /// The page of the item that was yielded last, with its headers, its total and its attempts; none before the first.
    pub fn page(&self) -> Option<&Page> {
        self.current.as_ref().map(|current| &current.page)
    }

    /// The place after the item that was yielded last.
    ///
    /// After an item that could not be decoded it is the place before it, unless the stream goes on after such items.
    pub fn checkpoint(&self) -> Checkpoint {
        match self.current.as_ref().filter(|current| current.has_more()) {
            Some(current) => {
                let position = current.before.after(current.index);
                self.pages.checkpoint_at(position)
            }
            None => self.pages.checkpoint(),
        }
    }
}

impl Current {
    fn has_more(&self) -> bool {
        self.index < self.page.list_read().len()
    }
}

impl<S: PageSource, T: DeserializeOwned> Stream for Items<S, T> {
    type Item = Result<T, S::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(current) = this.current.as_mut().filter(|current| current.has_more())
                && !this.pages.is_over()
            {
                if let Some(error) = this.pages.stopped() {
                    return Poll::Ready(Some(Err(error)));
                }
                let Some(decoded) = current.page.item(current.index) else {
                    return Poll::Ready(None);
                };
                return Poll::Ready(Some(match decoded {
                    Ok(item) => {
                        current.index += 1;
                        Ok(item)
                    }
                    Err(error) => {
                        if this.continues {
                            current.index += 1;
                        } else {
                            this.pages.end();
                        }
                        Err(this.pages.refuse(error))
                    }
                }));
            }
            match ready!(this.pages.poll_arrived(cx)) {
                // It has nothing to yield, and would hide the page of the last item.
                Some(Ok(arrived)) if arrived.page.is_empty() => {}
                Some(Ok(arrived)) => {
                    let Arrived { page, before, .. } = *arrived;
                    let index = page.list_read().start();
                    this.current = Some(Current {
                        page,
                        before,
                        index,
                    });
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Polled after its end, it stays at its end.
impl<S: PageSource, T: DeserializeOwned> FusedStream for Items<S, T> {
    fn is_terminated(&self) -> bool {
        self.pages.is_over()
    }
}

impl<S: PageSource, T> fmt::Debug for Items<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("index", &self.current.as_ref().map(|current| current.index))
            .finish_non_exhaustive()
    }
}

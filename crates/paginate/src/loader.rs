//! Loads one page after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::pace::{Pace, Wait};
use crate::walk::{Arrived, Step, Walk};
use crate::{Page, PageSource, PagingError, PagingErrorKind};

/// Loads one page after the other: moves data between the walk, which decides, and the source, which sends.
pub(crate) struct Loader<S> {
    pub(crate) source: Arc<S>,
    pub(crate) walk: Walk,
    pub(crate) pace: Option<Pace>,
    pub(crate) page_timeout: Option<Duration>,
    /// How long to wait before the next page.
    wait: Option<Wait>,
}

impl<S: PageSource> Loader<S> {
    pub(crate) fn new(source: Arc<S>, walk: Walk) -> Self {
        Self {
            source,
            walk,
            pace: None,
            page_timeout: None,
            wait: None,
        }
    }

    /// The next page; none after the last one. After an error the same page is asked for again.
    pub(crate) async fn load(&mut self) -> Option<Result<Box<Arrived>, S::Error>> {
        let request = match self.walk.step() {
            Step::Ask(request) => request,
            Step::Fail(error) => return Some(Err(self.source.refuse(error))),
            Step::End => return None,
        };
        if let Some(wait) = &mut self.wait {
            wait.await;
            self.wait = None;
        }
        let number = request.page();
        let fetch = self.source.fetch(request);
        let fetched = match self.page_timeout {
            None => fetch.await,
            Some(limit) => timeout(limit, fetch).await.unwrap_or_else(|_| {
                let late = PagingError::new(number, PagingErrorKind::PageTimedOut);
                Err(self.source.refuse(late))
            }),
        };
        let page = match fetched {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        match self.walk.accept(page) {
            Ok(arrived) => {
                self.wait = self.wait_after(&arrived.page);
                Some(Ok(Box::new(arrived)))
            }
            Err(error) => Some(Err(self.source.refuse(error))),
        }
    }

    fn wait_after(&self, page: &Page) -> Option<Wait> {
        self.pace.as_ref().map(|waits| waits.after(page))
    }
}

//! How a list is read, page by page.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::limits::Limits;
use crate::loader::Loader;
use crate::pace::Pace;
use crate::position::Position;
use crate::stop::Stop;
use crate::walk::Walk;
use crate::{Checkpoint, CheckpointError, Items, OtherOrigins, Page, PageSource, Pages, Style};

/// How many pages are loaded ahead at the most, whatever is asked for.
const MAX_PREFETCH: usize = 1024;

/// How a list is read, page by page: where the pages come from, which [`Style`] leads from one to the next, and how much is
/// taken from the server. It becomes a stream of [`items`](Self::items) or of [`pages`](Self::pages).
///
/// # Errors
///
/// An error is an item of the stream. After most of them the stream asks for the same page again when it is polled again, and
/// goes on with what was not yielded yet: after whatever the source failed with, and where the page, or what it says about
/// the next one, could not be used. It ends after
///
/// - the limits of pages, items and empty pages;
/// - the deadline, and being cancelled;
/// - an item that could not be decoded, unless it [goes on](Self::continue_after_bad_items);
/// - 16 failures in a row, or as [`max_failures`](Self::max_failures) says.
///
/// A [`Checkpoint`] can be resumed after each of them.
///
/// Its deadline, timeouts and pauses need a runtime of tokio's, and so does loading ahead. Nothing else does.
#[must_use = "it does nothing until it becomes a stream"]
pub struct Pager<S> {
    source: Arc<S>,
    style: Arc<dyn Style>,
    position: Position,
    limits: Limits,
    other_origins: OtherOrigins,
    prefetch: usize,
    pace: Option<Pace>,
    page_timeout: Option<Duration>,
    stop: Stop,
    continues_after_bad_items: bool,
}

impl<S: PageSource> Pager<S> {
    /// Reads the list of this source in this style, one page at a time.
    pub fn new(source: S, style: impl Style) -> Self {
        Self {
            source: Arc::new(source),
            position: Position::first(style.first()),
            style: Arc::new(style),
            limits: Limits::default(),
            other_origins: OtherOrigins::default(),
            prefetch: 0,
            pace: None,
            page_timeout: None,
            stop: Stop::default(),
            continues_after_bad_items: false,
        }
    }

    /// How many pages are read; if there is one more, that is an error. Default: 10,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.limits.pages = pages;
        self
    }

    /// How many items are read; if there is one more, that is an error. Default: 1,000,000. Whoever wants the first few and no
    /// error takes them of the stream, and drops it.
    pub fn max_items(mut self, items: u64) -> Self {
        self.limits.items = items;
        self
    }

    /// How many bytes the body of a page may have; 4 GiB at the most. Default: 16 MiB.
    pub fn max_page_bytes(mut self, bytes: usize) -> Self {
        let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
        self.limits.page_bytes = bytes.min(most);
        self
    }

    /// How many bytes a cursor, a token or a next link may have, with the other parameters that the style sends. Default: 8 KiB.
    pub fn max_cursor_bytes(mut self, bytes: usize) -> Self {
        self.limits.next_bytes = bytes;
        self
    }

    /// How many pages in a row may be empty, while each leads to another. Default: 32.
    pub fn max_empty_pages(mut self, pages: u32) -> Self {
        self.limits.empty_pages = pages;
        self
    }

    /// After how many failures in a row the stream ends, so that a caller who takes no notice of them doesn't ask forever.
    /// Default: 16.
    pub fn max_failures(mut self, failures: u32) -> Self {
        self.limits.failures = failures;
        self
    }

    /// What becomes of a next link that leads to another origin. Default: it is refused.
    pub fn other_origins(mut self, other_origins: OtherOrigins) -> Self {
        self.other_origins = other_origins;
        self
    }

    /// How many pages are loaded ahead, while an earlier one is consumed. Default: 0, a page is asked for when it is wanted.
    ///
    /// So many pages at the most, 1,024 if more are given, are loading or wait to be taken; each may have
    /// [`max_page_bytes`](Self::max_page_bytes). They are loaded one after the other, in a task of tokio's that ends with the
    /// stream. Polled outside of its runtime, the stream loads nothing ahead.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages.min(MAX_PREFETCH);
        self
    }

    /// How long the stream waits after a page has arrived, before it asks for the next one. Default: not at all.
    pub fn pause(self, pause: Duration) -> Self {
        self.pace(move |_| tokio::time::sleep(pause))
    }

    /// What the stream waits for after a page has arrived, before it asks for the next one. It may look at the page, such as
    /// at the header that says how many requests are left. A page that could not be had is asked for again without
    /// another wait.
    ///
    /// ```
    /// # use paginate::{PageSource, Pager};
    /// # fn example<S: PageSource>(pager: Pager<S>) -> Pager<S> {
    /// use std::time::Duration;
    ///
    /// pager.pace(|page| {
    ///     let is_spent = page.headers().get("x-ratelimit-remaining").is_some_and(|left| left == "0");
    ///     async move {
    ///         if is_spent {
    ///             tokio::time::sleep(Duration::from_secs(60)).await;
    ///         }
    ///     }
    /// })
    /// # }
    /// ```
    pub fn pace<F, W>(mut self, pace: F) -> Self
    where
        F: Fn(&Page) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.pace = Some(Pace::new(pace));
        self
    }

    /// How long one page may take; it can be asked for again. Default: no limit but the source's.
    pub fn page_timeout(mut self, timeout: Duration) -> Self {
        self.page_timeout = Some(timeout);
        self
    }

    /// How long the whole stream may take from when it is polled first, the time in which its items are consumed included.
    /// Default: no limit.
    pub fn deadline(mut self, within: Duration) -> Self {
        self.stop.within = Some(within);
        self
    }

    /// Ends the stream when this token is cancelled: what loads is dropped, and what had arrived isn't yielded any more.
    pub fn cancel_on(mut self, token: &CancellationToken) -> Self {
        self.stop.token = token.clone();
        self
    }

    /// Whether the stream goes on with the next item after one that could not be decoded. Default: no, it ends.
    pub fn continue_after_bad_items(mut self, continues: bool) -> Self {
        self.continues_after_bad_items = continues;
        self
    }

    /// Begins at this place: asks for its page again, and leaves out as many items as had been yielded from it.
    ///
    /// So it is exact if that page is the same as before. If items before that place were inserted into the page or removed
    /// from it meanwhile, as many are yielded again or left out.
    ///
    /// A checkpoint says what asks for its page, and nothing of the rest of the request: that is this source's. If its filters
    /// are others than before, the place is one in another list, which not every server notices; where a next link led to the
    /// page, the link's own count. So keep the filters beside the checkpoint where they may change.
    ///
    /// Limits, the deadline and what is known of circles begin anew.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if another version of this crate or another way of paging made it, or if it leads to another origin
    /// with credentials, as none that a stream made does.
    pub fn resume(mut self, checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        let position = checkpoint.open(self.style.name())?;
        if let Some(request) = &position.request {
            let origin = self.source.url().origin();
            let link = request.link();
            let leaves = link.is_some_and(|link| link.origin() != origin);
            if leaves && !request.goes_without_credentials() {
                return Err(CheckpointError::OtherOrigin);
            }
        }
        self.position = position;
        Ok(self)
    }

    /// A stream of items, each decoded by itself from the JSON of its page.
    pub fn items<T: DeserializeOwned>(self) -> Items<S, T> {
        let continues = self.continues_after_bad_items;
        Items::new(self.pages(), continues)
    }

    /// A stream of whole pages.
    pub fn pages(self) -> Pages<S> {
        let walk = Walk::new(
            Arc::clone(&self.style),
            self.source.url().clone(),
            self.other_origins,
            self.limits,
            self.position.clone(),
        );
        let mut loader = Loader::new(self.source, walk);
        loader.pace = self.pace;
        loader.page_timeout = self.page_timeout;
        Pages::new(
            loader,
            self.style.name().to_owned(),
            self.position,
            self.stop,
            self.prefetch,
            self.limits.failures,
        )
    }
}

impl<S> fmt::Debug for Pager<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("style", &self.style.name())
            .field("limits", &self.limits)
            .field("other_origins", &self.other_origins)
            .field("prefetch", &self.prefetch)
            .field("page_timeout", &self.page_timeout)
            .finish_non_exhaustive()
    }
}

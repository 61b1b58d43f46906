//! A way to page: what comes after a page.

use crate::{List, Page, PageRequest, PagingErrorKind};

/// A way to page: a pure function from a page to its items and what comes after it.
///
/// Those of this crate cover what is usual. For the rest write your own:
///
/// ```
/// use paginate::{Next, Page, PageRequest, PagingErrorKind, Pointer, Reading, Style};
///
/// /// Days, one page each, back to the first one that has no entry before.
/// struct Days;
///
/// impl Style for Days {
///     fn name(&self) -> &str {
///         "days"
///     }
///
///     fn read(&self, _: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
///         let entries = page.list(&Pointer::from("/entries"))?;
///         let before = page.value::<String>(&Pointer::from("/day_before"));
///         let next = before.map(|day| match day {
///             Some(day) => Next::Request(PageRequest::new().with_query("day", day)),
///             None => Next::End,
///         });
///         Ok(Reading::new(entries, next))
///     }
/// }
/// ```
pub trait Style: Send + Sync + 'static {
    /// Its name, which is written into checkpoints: one that was made by another way of paging can't be resumed.
    fn name(&self) -> &str;

    /// The request for the first page, where it differs from the caller's. Default: not at all.
    fn first(&self) -> PageRequest {
        PageRequest::new()
    }

    /// Reads the page that answered this request.
    ///
    /// What is to be remembered of earlier pages stands in the request, so that a stream can be resumed from it.
    ///
    /// # Errors
    ///
    /// What is wrong with the page, so that none of its items can be yielded. If only what comes next is wrong, say so in
    /// [`Reading::new`]: the items are yielded first.
    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind>;
}

/// What a [`Style`] has read from a page.
#[derive(Debug)]
#[must_use]
pub struct Reading {
    pub(crate) list: List,
    pub(crate) next: Result<Next, PagingErrorKind>,
    pub(crate) total: Option<u64>,
}

impl Reading {
    /// These items, and then this.
    pub fn new(list: List, next: Result<Next, PagingErrorKind>) -> Self {
        Self {
            list,
            next,
            total: None,
        }
    }

    /// Says how many items there are on all pages together.
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it was the last one.
    End,
    /// The page that this request asks for.
    Request(PageRequest),
    /// The page that this link leads to, as the server wrote it. It is resolved against the URL of the page, and followed
    /// only where the stream may go.
    Link(String),
}

//! A way to page: what comes after a page.

use std::fmt;

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
///
/// One that is usual but for a quirk is built upon another:
///
/// ```
/// use paginate::{Cursor, Next, Page, PageRequest, PagingErrorKind, Reading, Style};
///
/// /// Events, whose last page leads to itself.
/// struct Events(Cursor);
///
/// impl Style for Events {
///     fn name(&self) -> &str {
///         "events"
///     }
///
///     fn first(&self) -> PageRequest {
///         self.0.first()
///     }
///
///     fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
///         let asked = request.query("cursor");
///         let reading = self.0.read(request, page)?;
///         Ok(reading.map_next(|next| match next {
///             Next::Request(next) if next.query("cursor") == asked => Next::End,
///             next => next,
///         }))
///     }
/// }
/// # let events = Events(Cursor::new("/events", "/next"));
/// # let page = |body: &str| Page::new("https://a.test/".parse().unwrap(), Default::default(), body.to_owned());
/// # let asked = PageRequest::new().with_query("cursor", "b");
/// # let reading = events.read(&asked, &page(r#"{"events": [], "next": "b"}"#)).unwrap();
/// # assert!(format!("{reading:?}").contains("End"));
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

/// So that the way to page may be chosen while the program runs.
impl<S: Style + ?Sized> Style for Box<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn first(&self) -> PageRequest {
        (**self).first()
    }

    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        (**self).read(request, page)
    }
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

    /// Says otherwise what comes after the page, if that could be read.
    pub fn map_next(mut self, change: impl FnOnce(Next) -> Next) -> Self {
        self.next = self.next.map(change);
        self
    }

    /// Says how many items there are on all pages together.
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// What comes after a page. Its `Debug` shows neither link nor cursor.
#[derive(Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it was the last one.
    End,
    /// The page that this request asks for.
    Request(PageRequest),
    /// The page that this link leads to, as the server wrote it. It is resolved against the URL of the page, and followed
    /// only where the stream may go.
    Link(String),
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("End"),
            Self::Request(request) => f.debug_tuple("Request").field(request).finish(),
            Self::Link(_) => f.debug_tuple("Link").finish_non_exhaustive(),
        }
    }
}

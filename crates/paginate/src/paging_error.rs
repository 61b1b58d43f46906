//! What can be wrong with a page.

use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::{InvalidItem, LinkRefused, PageRequest, UnreadableLinks};

/// What is wrong with a page, or with going on after it. Its text shows nothing of what the server sent.
#[derive(Debug)]
pub struct PagingError {
    page: u64,
    kind: PagingErrorKind,
}

impl PagingError {
    pub(crate) fn new(page: u64, kind: PagingErrorKind) -> Self {
        Self { page, kind }
    }

    /// The page that was asked for has a longer body than it may have.
    pub fn page_too_large(request: &PageRequest) -> Self {
        let limit = request.max_bytes();
        Self::new(request.page(), PagingErrorKind::PageTooLarge { limit })
    }

    /// A source has this to say about the page that was asked for.
    pub fn other(request: &PageRequest, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(request.page(), PagingErrorKind::Other(source.into()))
    }

    /// Which page it is about, counted from 1.
    pub fn page(&self) -> u64 {
        self.page
    }

    /// What is wrong.
    pub fn kind(&self) -> &PagingErrorKind {
        &self.kind
    }

    /// What is wrong, to be kept.
    pub fn into_kind(self) -> PagingErrorKind {
        self.kind
    }
}

impl fmt::Display for PagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {}: {}", self.page, self.kind)
    }
}

impl Error for PagingError {
    /// That of the kind, whose own text is part of this one's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// What can be wrong with a page, or with going on after it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PagingErrorKind {
    /// The status is no success.
    #[error("the status is {}", .0.as_u16())]
    Status(StatusCode),
    /// The body is longer than it may be.
    #[error("the body is longer than {limit} bytes")]
    PageTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is no JSON.
    #[error("the body is no JSON, at line {line} column {column}")]
    InvalidJson {
        /// The line, from 1; 0 for an empty body.
        line: usize,
        /// The column, from 1; 0 at the end of a line.
        column: usize,
    },
    /// There is nothing where the items should be.
    #[error("there is nothing where the items should be")]
    MissingItems,
    /// What is there in place of the items is no list.
    #[error("the items are no list")]
    ItemsNotAList,
    /// One item is not what it should be.
    #[error("item {index} can't be decoded")]
    InvalidItem {
        /// Its place on the page, from 0.
        index: usize,
        /// Where in it and why, without its text.
        source: InvalidItem,
    },
    /// There is a next page, the server says, but nothing that leads there.
    #[error("there is a next page, but nothing leads there")]
    MissingNext,
    /// What should lead to the next page is of the wrong type, or can't be sent.
    #[error("what should lead to the next page can't be used")]
    InvalidNext,
    /// What leads to the next page is longer than it may be.
    #[error("what leads to the next page is longer than {limit} bytes")]
    NextTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The next link leads where the stream doesn't go.
    #[error("the next link is refused")]
    LinkRefused(#[from] LinkRefused),
    /// The `Link` headers can't be read well enough to tell whether there is a next page.
    #[error("{0}")]
    UnreadableLinks(#[from] UnreadableLinks),
    /// What leads to the next page has led to a page before.
    #[error("the next page was there before")]
    Loop,
    /// The page did not arrive in time.
    #[error("the page did not arrive in time")]
    PageTimedOut,
    /// There are more pages than there may be.
    #[error("there are more than {limit} pages")]
    TooManyPages {
        /// The limit.
        limit: u64,
    },
    /// There are more items than there may be.
    #[error("there are more than {limit} items")]
    TooManyItems {
        /// The limit.
        limit: u64,
    },
    /// More pages in a row are empty than may be.
    #[error("more than {limit} pages in a row are empty")]
    TooManyEmptyPages {
        /// The limit.
        limit: u32,
    },
    /// The deadline of the whole stream has passed.
    #[error("the deadline of the stream has passed")]
    DeadlineExceeded,
    /// The stream was cancelled.
    #[error("the stream was cancelled")]
    Cancelled,
    /// The task that loads pages ahead was ended from outside, as when its runtime shuts down.
    #[error("the task that loads pages was ended from outside")]
    Interrupted,
    /// What a style or a source of your own has to say.
    #[error("the page can't be had")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl PagingErrorKind {
    /// serde's own texts may quote what the server sent.
    pub(crate) fn invalid_json(error: &serde_json::Error) -> Self {
        Self::InvalidJson {
            line: error.line(),
            column: error.column(),
        }
    }
}

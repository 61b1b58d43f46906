//! Where pages come from.

use url::Url;

use crate::{Page, PageRequest, PagingError};

/// Where pages come from: a client and the request for the first page, or whatever else answers page by page.
///
/// A source that sends over HTTP gives each page what the first request has (method, headers, body), changed by what the
/// [`PageRequest`] says: its [URL](PageRequest::url), [headers](PageRequest::change_headers) and
/// [body](PageRequest::change_body). If that [goes without credentials](PageRequest::goes_without_credentials), it leads to another
/// origin, and nothing may go along that was meant for the first: no credential, no sensitive header, no body.
pub trait PageSource: Send + Sync + 'static {
    /// What the stream fails with, be it the source that fails or what a server sends.
    type Error: Send + 'static;

    /// The URL of the first page, as the caller gave it. Next links are judged by its origin.
    fn url(&self) -> &Url;

    /// Fetches one page, with no more than [`max_bytes`](PageRequest::max_bytes) of body: beyond those it fails with
    /// [`PagingError::page_too_large`], by way of [`refuse`](Self::refuse).
    ///
    /// # Errors
    ///
    /// Whatever the source fails with. The stream yields it, and asks for the same page again when it is polled again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must stop the request.
    fn fetch(&self, request: PageRequest)
    -> impl Future<Output = Result<Page, Self::Error>> + Send;

    /// Makes the stream's error of what is wrong with a page.
    fn refuse(&self, error: PagingError) -> Self::Error;
}

//! Pages by way of a client of reqwest-middleware.

mod changed_body;
mod elsewhere;
mod read;

use std::fmt;
use std::sync::Arc;

use http::Extensions;
use request_context::{Call, ReplayableBody};
use reqwest::Request;
use reqwest_middleware::{ClientWithMiddleware, Error, RequestBuilder, Result};
use url::Url;

use crate::{Page, PageRequest, PageSource, Pager, PagingError, Style};

/// Makes a [`Pager`] of a request that is being built.
pub trait Paginate {
    /// Sends this request for each page, changed as the style says.
    ///
    /// # Errors
    ///
    /// What was wrong with building the request.
    fn paginate(self, style: impl Style) -> Result<Pager<ClientSource>>;
}

impl Paginate for RequestBuilder {
    fn paginate(mut self, style: impl Style) -> Result<Pager<ClientSource>> {
        let extensions = self.extensions().clone();
        let (client, request) = self.build_split();
        let source = ClientSource::new(client, request?).with_extensions(extensions);
        Ok(Pager::new(source, style))
    }
}

/// A [`PageSource`] that sends a request by a client of reqwest-middleware, once for each page.
///
/// Each page is a call of its own: it has its own deadline, retries and attempts. A status of 400 or more is an error, if no
/// layer has made one of it. Errors have no URL, since a URL shows the cursor. A [`PagingError`] is found in
/// `Error::Middleware` by `downcast_ref`.
///
/// The request's body must be in memory, or be made again by a [`ReplayableBody`] in its extensions. Where pages are asked
/// for in it, it is JSON in memory, or there is none: then one is made, with its `Content-Type`.
///
/// A page whose body breaks off is an error, and asked for again when the stream is polled again. What the layers below do
/// about it goes by the request's extensions, which each page has: with `safe-retry`, a `Buffered` on the request has the
/// page asked for again within its call.
///
/// A page of another origin is asked for by `GET`, without a body, and of the caller's headers only
/// [what is harmless](PageRequest::change_headers) goes along. It is marked [`WithoutAuth`](request_context::WithoutAuth), so that layers below put no
/// credential on it. Only what reqwest adds by itself, its `default_headers`, goes anywhere.
pub struct ClientSource {
    client: ClientWithMiddleware,
    /// Without its body, if that can't be copied.
    request: Request,
    lacks_body: bool,
    extensions: Extensions,
}

impl ClientSource {
    /// Sends this request by this client.
    pub fn new(client: ClientWithMiddleware, mut request: Request) -> Self {
        let lacks_body = request.try_clone().is_none();
        if lacks_body {
            *request.body_mut() = None;
        }
        Self {
            client,
            request,
            lacks_body,
            extensions: Extensions::new(),
        }
    }

    /// Gives each request these extensions, for the layers that look for them.
    #[must_use]
    pub fn with_extensions(mut self, mut extensions: Extensions) -> Self {
        // Each page is a call of its own.
        extensions.remove::<Arc<Call>>();
        self.extensions = extensions;
        self
    }

    /// The request for a page, with the caller's body.
    fn request(&self, page: &PageRequest, extensions: &mut Extensions) -> Result<Request> {
        let copy = self.request.try_clone();
        let mut request = copy.ok_or_else(|| self.refuse(BodySentOnce::of(page)))?;
        *request.url_mut() = page.url(self.request.url());
        page.change_headers(request.headers_mut());
        if self.lacks_body {
            let body = self.extensions.get::<ReplayableBody>();
            let body = body.ok_or_else(|| self.refuse(BodySentOnce::of(page)))?;
            body.restore(&mut request)
                .map_err(|error| self.refuse(PagingError::other(page, error)))?;
        }
        changed_body::apply(page, &mut request, extensions).map_err(|error| self.refuse(error))?;
        Ok(request)
    }
}

impl PageSource for ClientSource {
    type Error = Error;

    fn url(&self) -> &Url {
        self.request.url()
    }

    async fn fetch(&self, page: PageRequest) -> Result<Page> {
        let mut extensions = self.extensions.clone();
        let request = if page.goes_without_credentials() {
            elsewhere::request(&self.request, &page, &mut extensions)
        } else {
            self.request(&page, &mut extensions)?
        };
        let call = Call::of(&mut extensions);
        let sent = self
            .client
            .execute_with_extensions(request, &mut extensions);
        let response = sent.await.map_err(Error::without_url)?;
        let response = response
            .error_for_status()
            .map_err(|error| Error::Reqwest(error.without_url()))?;
        let read = read::within(response, page.max_bytes()).await;
        let answer = read.map_err(|error| match error {
            read::Failure::TooLarge => self.refuse(PagingError::page_too_large(&page)),
            read::Failure::Broken(error) => Error::Reqwest(error.without_url()),
        })?;
        Ok(answer.with_attempts(call.attempts()))
    }

    fn refuse(&self, error: PagingError) -> Error {
        Error::middleware(error)
    }
}

impl fmt::Debug for ClientSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.request.url();
        f.debug_struct("ClientSource")
            .field("method", self.request.method())
            .field("origin", &url.origin().ascii_serialization())
            .field("path", &url.path())
            .finish_non_exhaustive()
    }
}

/// The body of the request is a stream, which can be sent once, and there may be several pages.
#[derive(Debug, thiserror::Error)]
#[error("the request's body can be sent only once")]
struct BodySentOnce;

impl BodySentOnce {
    fn of(page: &PageRequest) -> PagingError {
        PagingError::other(page, Self)
    }
}

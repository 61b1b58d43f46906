//! A request that is the first of many pages.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::header::CONTENT_LENGTH;
use paginate::{Page, PageRequest, PageSource, Pager, PagingError, PagingErrorKind, Style};
use private_cache::CacheMode;
use request_context::{ReplayableBody, WithCredential, WithoutAuth};
use reqwest::{Body, Method};
use url::Url;

use super::Request;
use super::body::set_body;
use crate::{ApiError, ErrorKind, TimeoutPhase};

impl Request {
    /// Makes a stream of pages, or of their items, of which this request is the first. Nothing is sent before the stream is
    /// polled.
    ///
    /// Each page is a call of its own, with all that was said of this one: retries, redirects, `deadline`, `cancel`,
    /// `timeout`, `body_limit`, its credential. So a token that expires on the way is refreshed, and a page that fails is
    /// tried again. The name of a [`CacheMode`] is left out: a cache tells pages by their URLs. [`Pager`] says what holds for
    /// the stream as a whole. A page may have as many bytes as the pager and the `body_limit` both allow.
    ///
    /// Where pages are asked for in the JSON body, as many searches do, a `POST` that only reads is told so by
    /// [`retry`](Self::retry): it is not tried again otherwise. An idempotency key is not for that, since it would be the same
    /// for each page.
    ///
    /// ```
    /// # #[derive(serde::Deserialize)] struct Page { id: String }
    /// # fn example(client: facade::Client) {
    /// use facade::{Cursor, Pointer, Retry};
    ///
    /// let search = client.post("search").json(&serde_json::json!({"query": "notes"})).retry(Retry::always());
    /// let by_cursor = Cursor::new("/results", "/next_cursor").parameter(Pointer::from("/start_cursor"));
    /// let found = search.paginate(by_cursor).items::<Page>();
    /// # drop(found); }
    /// ```
    ///
    /// A next link that leads to another origin is refused. If the pager [allows it](Pager::other_origins), it is asked for by
    /// `GET`, and neither a credential nor a body goes along, nor any header but those that are
    /// [harmless](PageRequest::change_headers); that holds for default headers and for those that a hook adds, too.
    ///
    /// ```
    /// use facade::Cursor;
    ///
    /// # #[derive(serde::Deserialize)] struct Message { text: String }
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// let messages = client.get("/messages").paginate(Cursor::new("/data", "/meta/next_cursor"));
    /// let mut messages = messages.items::<Message>();
    /// while let Some(message) = messages.next_item().await? {
    ///     println!("{}", message.text);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn paginate(self, style: impl Style) -> Pager<PagedRequest> {
        Pager::new(PagedRequest::new(self), style)
    }
}

/// A request that is sent once for each page: what [`Request::paginate`] makes a stream of.
pub struct PagedRequest {
    /// It can be sent as often as need be: a body that can't be cloned is made again for each page.
    request: Request,
    url: Url,
    /// What is wrong with the request, until it is reported.
    invalid: Mutex<Option<ApiError>>,
}

impl PagedRequest {
    fn new(request: Request) -> Self {
        let mut request = request.accepting_json();
        let mut url = request.client.base_url().clone();
        let mut invalid = None;
        // Under one name, the first page would be the answer to all that follow.
        if let Some(mode) = request.extensions.get_mut::<CacheMode>() {
            *mode = mode.clone().without_key();
        }
        match &mut request.inner {
            Ok(inner) => {
                url.clone_from(inner.url());
                if request.extensions.get::<ReplayableBody>().is_some() {
                    *inner.body_mut() = None;
                }
            }
            Err(error) => {
                invalid = Some(std::mem::replace(error, ApiError::new(ErrorKind::Builder)));
            }
        }
        Self {
            request,
            url,
            invalid: Mutex::new(invalid),
        }
    }

    /// The call that asks for a page.
    fn call(&self, page: PageRequest) -> Result<Request, ApiError> {
        let template = &self.request;
        let mut inner = self.copy()?;
        let mut extensions = template.extensions.clone();
        let body_limit = template.body_limit.min(page.max_bytes());
        *inner.url_mut() = page.url(&self.url);
        if page.goes_without_credentials() {
            *inner.method_mut() = Method::GET;
            *inner.body_mut() = None;
            extensions.remove::<ReplayableBody>();
            extensions.remove::<WithCredential>();
            extensions.insert(WithoutAuth);
        } else if let Some(body) = extensions.get::<ReplayableBody>() {
            let restored = body.restore(&mut inner);
            restored.map_err(|error| ApiError::with_source(ErrorKind::Builder, error))?;
        }
        let callers = inner.body().map_or(Some([].as_slice()), Body::as_bytes);
        let changed = page.change_body(callers);
        if let Some(body) =
            changed.map_err(|error| ApiError::with_source(ErrorKind::Builder, error))?
        {
            set_body(&mut inner, body.into(), "application/json");
            inner.headers_mut().remove(CONTENT_LENGTH);
            // It would make the caller's body again.
            extensions.remove::<ReplayableBody>();
        }
        Ok(Request {
            client: template.client.clone(),
            inner: Ok(inner),
            extensions,
            deadline: template.deadline,
            body_limit,
            is_told: template.is_told,
            page: Some(Box::new(page)),
        })
    }

    fn copy(&self) -> Result<reqwest::Request, ApiError> {
        let Ok(request) = &self.request.inner else {
            let mut invalid = self.invalid.lock().unwrap_or_else(PoisonError::into_inner);
            let reported = || ApiError::new(ErrorKind::Builder);
            return Err(invalid.take().unwrap_or_else(reported));
        };
        let copy = request.try_clone();
        copy.ok_or_else(|| ApiError::with_source(ErrorKind::Builder, OnceOnly {}))
    }

    /// The error with what is known of the request, as the caller's hooks leave it.
    fn report(&self, error: ApiError) -> ApiError {
        let located = match &self.request.inner {
            Ok(request) => error.for_request(request.method(), request.url()),
            Err(_) => error,
        };
        self.request.client.options.hooks.error(located)
    }
}

impl PageSource for PagedRequest {
    type Error = ApiError;

    fn url(&self) -> &Url {
        &self.url
    }

    async fn fetch(&self, page: PageRequest) -> Result<Page, ApiError> {
        let call = self.call(page).map_err(|error| self.report(error))?;
        let response = call.send().await?;
        let headers = response.headers().clone();
        let (url, status) = (response.url().clone(), response.status());
        let attempts = response.attempts();
        let body = response.bytes().await?;
        let page = Page::new(url, headers, body);
        Ok(page.with_status(status).with_attempts(attempts))
    }

    fn refuse(&self, error: PagingError) -> ApiError {
        let kind = kind_of(error.kind());
        self.report(ApiError::with_source(kind, error))
    }
}

fn kind_of(kind: &PagingErrorKind) -> ErrorKind {
    match kind {
        PagingErrorKind::InvalidJson { .. }
        | PagingErrorKind::InvalidItem { .. }
        | PagingErrorKind::ItemsNotAList
        | PagingErrorKind::MissingItems => ErrorKind::Decode,
        PagingErrorKind::PageTooLarge { .. } => ErrorKind::TooLarge,
        PagingErrorKind::DeadlineExceeded | PagingErrorKind::PageTimedOut => {
            ErrorKind::Timeout(TimeoutPhase::Deadline)
        }
        PagingErrorKind::Cancelled => ErrorKind::Cancelled,
        PagingErrorKind::Status(_) | PagingErrorKind::Interrupted | PagingErrorKind::Other(_) => {
            ErrorKind::Other
        }
        _ => ErrorKind::Paging,
    }
}

impl fmt::Debug for PagedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PagedRequest").field(&self.request).finish()
    }
}

/// The body is a stream, which can be sent once: [`Request::replayable_body`] makes it again for each page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request body can be sent once only")]
struct OnceOnly {}

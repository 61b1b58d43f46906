//! A request, from its first word to its answer.

mod body;
mod curl;
mod paginate;
mod send;

pub use paginate::PagedRequest;

use std::fmt;
use std::time::Duration;

use ::paginate::PageRequest;
use cancel::{CancelOn, Deadline};
use error_map::ErrorFor;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use private_cache::CacheMode;
use request_context::{Credential, WithCredential, WithoutAuth};
use reqwest::Method;
use safe_redirect::Redirects;
use safe_retry::{Buffered, HeadersTimeout, Retry};
use serde::Serialize;
use url::Url;

use crate::call_options::{builder_error, header};
use crate::{ApiError, Client, InvalidTarget};

/// A request that is being put together. Nothing happens before [`send`](Self::send) or [`fetch`](Self::fetch).
///
/// Whatever can't be put together, such as a header with a line break, is reported there as well.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    client: Client,
    inner: Result<reqwest::Request, ApiError>,
    extensions: Extensions,
    deadline: Option<Deadline>,
    body_limit: usize,
    /// Whether the client's closures are told of an error as soon as it is there.
    is_told: bool,
    /// The page that it asks for, if it asks for one of many.
    page: Option<Box<PageRequest>>,
}

impl Request {
    pub(crate) fn new(client: Client, method: Method, url: Result<Url, InvalidTarget>) -> Self {
        let mut extensions = Extensions::new();
        if let Some(retry) = &client.options.retry {
            extensions.insert(retry.clone());
        }
        if let Some(timeout) = client.options.headers_timeout {
            extensions.insert(timeout);
        }
        if let Some(error_for) = &client.options.error_for {
            extensions.insert(error_for.clone());
        }
        Self {
            inner: match url {
                Ok(url) => Ok(reqwest::Request::new(method, url)),
                Err(error) => Err(builder_error(error)),
            },
            extensions,
            deadline: client.options.deadline.map(Deadline::within),
            body_limit: client.options.body_limit,
            is_told: true,
            page: None,
            client,
        }
    }

    /// Adds parameters to the query, as `application/x-www-form-urlencoded`. Those that are there stay.
    pub fn query(self, parameters: &(impl Serialize + ?Sized)) -> Self {
        self.change(|request| {
            let url = request.url_mut();
            let mut pairs = url.query_pairs_mut();
            let serializer = serde_urlencoded::Serializer::new(&mut pairs);
            parameters.serialize(serializer).map_err(builder_error)?;
            drop(pairs);
            if url.query() == Some("") {
                url.set_query(None);
            }
            Ok(())
        })
    }

    /// Sets a header. It replaces a default header of that name.
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        self.change(|request| {
            let (name, value) = header(name, value)?;
            request.headers_mut().insert(name, value);
            Ok(())
        })
    }

    /// Sets these headers, each with all its values. They replace those of their names, default headers too.
    ///
    /// ```
    /// # async fn example(client: facade::Client, cookies: [http::HeaderValue; 2]) -> Result<(), facade::ApiError> {
    /// use facade::reqwest::header::{COOKIE, HeaderMap};
    ///
    /// let headers = HeaderMap::from_iter(cookies.map(|cookie| (COOKIE, cookie)));
    /// let answer = client.get("me").headers(headers).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.change(|request| {
            let mut several = None;
            for (name, value) in headers {
                // Further values of a name come without it.
                if let Some(name) = name {
                    request.headers_mut().insert(name.clone(), value);
                    several = Some(name);
                } else if let Some(name) = &several {
                    request.headers_mut().append(name, value);
                }
            }
            Ok(())
        })
    }

    /// Ends the call when this token is cancelled, or the ticket or scope it is given here ends. A request may listen to
    /// several.
    ///
    /// ```
    /// # async fn example(client: facade::Client, shutdown: facade::CancellationToken) -> Result<(), facade::ApiError> {
    /// use facade::{CancelOn, Latest};
    ///
    /// let searches = Latest::new();
    /// let search = client
    ///     .get("search")
    ///     .cancel(searches.ticket()) // ends the search before
    ///     .cancel(CancelOn::new(&shutdown).because("the program ends"));
    /// # search.send().await?; Ok(()) }
    /// ```
    pub fn cancel(mut self, on: impl Into<CancelOn>) -> Self {
        let on = match self.extensions.remove::<CancelOn>() {
            Some(earlier) => earlier.or(on),
            None => on.into(),
        };
        self.extension(on)
    }

    /// Says by when the call must have ended, with all its waits and its response body: a duration from when it is sent,
    /// or an instant. Of this one and the client's the earlier counts.
    pub fn deadline(mut self, deadline: impl Into<Deadline>) -> Self {
        let own = deadline.into();
        self.deadline = Some(self.deadline.map_or(own, |other| own.or_earlier(other)));
        self
    }

    /// How long one attempt may take, its response body included. Default: no limit but the client's.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|request| {
            *request.timeout_mut() = Some(timeout);
            Ok(())
        })
    }

    /// How long one attempt may wait for its headers, the upload included; `None` for no limit. Beyond that it ends as a
    /// timeout, and is tried again like any other. Default: the client's.
    pub fn headers_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.extension(HeadersTimeout::from(timeout.into()))
    }

    /// Whether, when and how often the request is tried again, where it differs from its client: a policy given here goes before
    /// the client's, statuses stand beside the client's. It has no effect if the client was built with `retry(None)`.
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use facade::Retry;
    ///
    /// // A POST that only searches: asking twice does no harm.
    /// let found = client.post("search").json("query").retry(Retry::always()).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        let retry = match self.extensions.remove::<Retry>() {
            Some(clients) => retry.or(clients),
            None => retry,
        };
        self.extension(retry)
    }

    /// How many redirects are followed, or that none is and the redirect is returned. Default: the client's.
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use facade::Redirects;
    ///
    /// let answer = client.get("latest").redirects(Redirects::returned()).send().await?;
    /// println!("{:?}", answer.headers().get("location"));
    /// # Ok(()) }
    /// ```
    pub fn redirects(self, redirects: Redirects) -> Self {
        self.extension(redirects)
    }

    /// What the request wants of the client's cache. Default: what its headers say. It has no effect without a
    /// [`cache`](crate::ClientBuilder::cache).
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use facade::CacheMode;
    ///
    /// let rates = client.get("rates").cache_mode(CacheMode::reload()).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn cache_mode(self, mode: CacheMode) -> Self {
        self.extension(mode)
    }

    /// Sets the `Idempotency-Key`, which tells the server that requests with this key are one and the same. The request
    /// is then tried again whatever its method is. No redirect takes the key to another origin.
    ///
    /// The key is sent as it is. A server that goes by the draft wants a quoted string,
    /// `"\"8e03978e-40d5-43dd-bc93-6894a57f9324\""` for example; most take any.
    pub fn idempotency_key<V>(self, key: V) -> Self
    where
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        self.header("idempotency-key", key)
    }

    /// Has up to this many bytes of the answer's body read before the answer is there, so that a body that breaks off can
    /// be asked for again, if the request may be sent again at all. A longer one is handed out as it arrives.
    /// [`fetch`](Self::fetch) does it by itself. It has no effect if the client was built with `retry(None)`.
    pub fn buffered(self, bytes: usize) -> Self {
        self.extension(Buffered::up_to(bytes))
    }

    /// Says which statuses of this request are errors. Default: what the client's
    /// [`CallOptions::error_for`](crate::CallOptions::error_for) or its [`error_map`](crate::ClientBuilder::error_map) says,
    /// 400 and above. To take every answer as it is, say `|_| false`.
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// let health = client.get("health").error_for(|_| false).send().await?;
    /// println!("{}", health.status());
    /// # Ok(()) }
    /// ```
    pub fn error_for(self, is_error: impl Fn(StatusCode) -> bool + Send + Sync + 'static) -> Self {
        self.extension(ErrorFor::statuses(is_error))
    }

    /// Sends the request with this credential, in place of the client's. It goes to the same origins. The session has no
    /// part in it: the request neither waits for a refresh nor starts one, and an ended session doesn't stop it.
    #[doc(alias = "basic_auth")]
    #[doc(alias = "bearer_auth")]
    pub fn credential(self, credential: impl Credential + 'static) -> Self {
        self.extension(WithCredential::new(credential))
    }

    /// Sends the request without a credential: it neither waits for a refresh nor starts one.
    pub fn without_auth(self) -> Self {
        self.extension(WithoutAuth)
    }

    /// How many bytes of the body `json`, `text` and `bytes` read at the most. Default: the client's.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Hands something to a layer that looks for it, such as a middleware of your own.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    pub(crate) fn change(
        mut self,
        change: impl FnOnce(&mut reqwest::Request) -> Result<(), ApiError>,
    ) -> Self {
        if let Ok(request) = &mut self.inner
            && let Err(error) = change(request)
        {
            self.inner = Err(error.for_request(request.method(), request.url()));
        }
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Request");
        match &self.inner {
            Ok(request) => shown
                .field("method", request.method())
                .field("origin", &request.url().origin().ascii_serialization())
                .field("path", &request.url().path()),
            Err(error) => shown.field("error", error),
        };
        shown.finish_non_exhaustive()
    }
}

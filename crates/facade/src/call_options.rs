//! What may differ from one derived client to the next.

use std::fmt;
use std::time::Duration;

use error_map::{ErrorAnswer, ErrorFor, ErrorMapMiddleware};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use request_context::{Call, OriginAllowList, is_credential_name};
use reqwest::Request;
use safe_retry::{HeadersTimeout, Retry};

use crate::base_url::BaseUrl;
use crate::hooks::Hooks;
use crate::limits::Limits;
use crate::{ApiError, ErrorKind};

/// What may differ from one derived client to the next, for [`Client::with`](crate::Client::with). What isn't set stays
/// as the parent has it.
///
/// ```
/// use std::time::Duration;
/// use facade::{CallOptions, Client};
///
/// # fn main() -> Result<(), facade::ApiError> {
/// let client = Client::builder("https://api.example.com/v1").build()?;
/// let reports = client.with(
///     CallOptions::new()
///         .base_url("https://api.example.com/v1/reports")
///         .default_header("accept-language", "de")
///         .deadline(Duration::from_secs(120)),
/// )?;
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use]
pub struct CallOptions {
    base_url: Option<Result<BaseUrl, ApiError>>,
    headers: HeaderMap,
    deadline: Option<Duration>,
    headers_timeout: Option<HeadersTimeout>,
    retry: Option<Retry>,
    body_limit: Option<usize>,
    error_for: Option<ErrorFor>,
    pub(crate) hooks: Hooks,
    invalid: Option<ApiError>,
}

impl CallOptions {
    /// Options that change nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the URL that relative paths are appended to. Credentials still go only to the origins that the parent
    /// allows.
    pub fn base_url(mut self, url: impl AsRef<str>) -> Self {
        self.base_url = Some(BaseUrl::parse(url.as_ref()));
        self
    }

    /// Sets a header on every request that doesn't set it itself. A value that is marked sensitive goes only to
    /// allowed origins; so do `Authorization`, `Cookie` and what else
    /// [sounds like a credential](request_context::is_credential_name), marked or not.
    pub fn default_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        match header(name, value) {
            Ok((name, mut value)) => {
                value.set_sensitive(is_credential_name(&name) || value.is_sensitive());
                self.headers.insert(name, value);
            }
            Err(error) => self.invalid = self.invalid.or(Some(error)),
        }
        self
    }

    /// Sets a header as [`default_header`](Self::default_header) does, and marks its value sensitive: an API key, for
    /// example. It goes only to allowed origins, and no log shows it.
    pub fn sensitive_header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        let value = value
            .try_into()
            .map_err(Into::into)
            .map(|mut value: HeaderValue| {
                value.set_sensitive(true);
                value
            });
        match value {
            Ok(value) => self.default_header(name, value),
            Err(error) => Self {
                invalid: self.invalid.or_else(|| Some(builder_error(error))),
                ..self
            },
        }
    }

    /// Gives every call this long, with all its waits and its response body. Default: no limit.
    pub fn deadline(mut self, within: Duration) -> Self {
        self.deadline = Some(within);
        self
    }

    /// How long an attempt may wait for its headers, the upload included; `None` for no limit. Default: no limit but the
    /// client's [`read_timeout`](crate::ClientBuilder::read_timeout).
    pub fn headers_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.headers_timeout = Some(timeout.into().into());
        self
    }

    /// Which requests are tried again, and when, where it differs from what the parent says: a policy given here goes
    /// before the parent's, statuses stand beside the parent's. It has no effect if the client was built with
    /// [`retry(None)`](crate::ClientBuilder::retry).
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(match self.retry {
            Some(earlier) => retry.or(earlier),
            None => retry,
        });
        self
    }

    /// How many bytes of a body `json`, `text` and `bytes` read at the most. Default: 16 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Says which statuses are errors. Default: what the client's [`error_map`](crate::ClientBuilder::error_map) says, 400
    /// and above. To take every answer as it is, say `|_| false`.
    ///
    /// ```
    /// use facade::CallOptions;
    /// use facade::reqwest::StatusCode;
    ///
    /// // For an API whose 404 is an answer like any other.
    /// let options = CallOptions::new()
    ///     .error_for(|status| status.as_u16() >= 400 && status != StatusCode::NOT_FOUND);
    /// ```
    pub fn error_for(
        mut self,
        is_error: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.error_for = Some(ErrorFor::statuses(is_error));
        self
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("deadline", &self.deadline)
            .field("headers_timeout", &self.headers_timeout)
            .field("retry", &self.retry)
            .field("body_limit", &self.body_limit)
            .field("error_for", &self.error_for)
            .finish_non_exhaustive()
    }
}

/// The options of one client, settled.
#[derive(Clone)]
pub(crate) struct Settled {
    pub(crate) base_url: BaseUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) deadline: Option<Duration>,
    pub(crate) headers_timeout: Option<HeadersTimeout>,
    pub(crate) retry: Option<Retry>,
    pub(crate) body_limit: usize,
    pub(crate) error_for: Option<ErrorFor>,
    pub(crate) limits: Limits,
    pub(crate) error_map: ErrorMapMiddleware,
    pub(crate) hooks: Hooks,
}

impl Settled {
    const BODY_LIMIT: usize = 16 * 1024 * 1024;

    pub(crate) fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            headers: HeaderMap::new(),
            deadline: None,
            headers_timeout: None,
            retry: None,
            body_limit: Self::BODY_LIMIT,
            error_for: None,
            limits: Limits::default(),
            error_map: ErrorMapMiddleware::new(),
            hooks: Hooks::default(),
        }
    }

    pub(crate) fn with(mut self, options: CallOptions) -> Result<Self, ApiError> {
        if let Some(error) = options.invalid {
            return Err(error);
        }
        if let Some(base_url) = options.base_url {
            self.base_url = base_url?;
        }
        for (name, value) in &options.headers {
            self.headers.insert(name, value.clone());
        }
        self.deadline = options.deadline.or(self.deadline);
        self.headers_timeout = options.headers_timeout.or(self.headers_timeout);
        self.retry = match (options.retry, self.retry) {
            (Some(own), Some(parents)) => Some(own.or(parents)),
            (own, parents) => own.or(parents),
        };
        self.body_limit = options.body_limit.unwrap_or(self.body_limit);
        self.error_for = options.error_for.or(self.error_for);
        self.hooks.extend(options.hooks);
        Ok(self)
    }

    /// Keeps the answer whose body a layer has read, if it is that which broke off.
    pub(crate) fn keep_broken(&self, error: ApiError, call: &Call) -> ApiError {
        let reqwest = error.find_source::<reqwest::Error>();
        let is_of_body = reqwest.is_some_and(|error| error.is_body() || error.is_decode());
        match call.broken_answer().filter(|_| is_of_body) {
            Some(broken) => {
                let (status, headers) = (broken.status(), broken.headers().clone());
                let answer = ErrorAnswer::new(status, headers, broken.read().clone());
                self.error_map.with_answer(error, answer.broken_off())
            }
            None => error,
        }
    }

    /// Adds the default headers that the request doesn't set itself, the sensitive ones only for allowed origins.
    pub(crate) fn add_headers(&self, request: &mut Request, origins: &OriginAllowList) {
        if self.headers.is_empty() {
            return;
        }
        let allowed = origins.allows(request.url());
        for (name, value) in &self.headers {
            let wanted = allowed || !value.is_sensitive();
            if wanted && !request.headers().contains_key(name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
    }
}

pub(crate) fn header<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), ApiError>
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    let name = name
        .try_into()
        .map_err(|error| builder_error(error.into()))?;
    let value = value
        .try_into()
        .map_err(|error| builder_error(error.into()))?;
    Ok((name, value))
}

pub(crate) fn builder_error(source: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::with_source(ErrorKind::Builder, source)
}

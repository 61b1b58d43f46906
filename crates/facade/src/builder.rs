//! How a client is set up.

mod assembly;
mod caching;
mod credentials;
mod hooks;
mod logging;
mod redirects;

use std::fmt;
use std::time::Duration;

use auth_middleware::AuthMiddleware;
use cancel::CancelMiddleware;
use error_map::ErrorMapMiddleware;
use http::header::USER_AGENT;
use http::{HeaderName, HeaderValue};
use private_cache::Cache;
use request_context::OriginAllowList;
use reqwest_middleware::Middleware;
use safe_redirect::RedirectMiddleware;
use safe_retry::RetryMiddleware;
use wire_log::{LogMiddleware, RequestIdMiddleware};

use crate::call_options::builder_error;
use crate::order::{Layer, Layers};
use crate::rim::Rim;
use crate::{ApiError, CallOptions, Place, Session};

const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type Hook = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder>;
/// Adds the layers that renew a credential, and makes the one that puts it on.
type CredentialLayers = Box<dyn FnOnce(&OriginAllowList, &mut Layers) -> AuthMiddleware>;

/// Sets up a [`Client`](crate::Client). What isn't set has a default that suits a REST API in production.
#[must_use]
pub struct ClientBuilder {
    base_url: String,
    options: CallOptions,
    connect_timeout: Duration,
    read_timeout: Option<Duration>,
    max_idle_per_host: usize,
    concurrency_limit: Option<usize>,
    cancel: CancelMiddleware,
    error_map: ErrorMapMiddleware,
    redirect: RedirectMiddleware,
    cache: Option<Cache>,
    keeps_cookies: bool,
    retry: Option<RetryMiddleware>,
    origins: OriginAllowList,
    credential_layers: Option<CredentialLayers>,
    rim: Option<Rim>,
    pub(crate) managed: Option<Session>,
    require_challenge: bool,
    log: Option<LogMiddleware>,
    request_id: Option<RequestIdMiddleware>,
    layers: Layers,
    hooks: Vec<Hook>,
    invalid: Option<ApiError>,
}

impl ClientBuilder {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            options: CallOptions::new(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Some(Duration::from_secs(30)),
            max_idle_per_host: 32,
            concurrency_limit: Some(512),
            cancel: CancelMiddleware::new(),
            error_map: ErrorMapMiddleware::new(),
            redirect: RedirectMiddleware::new(),
            cache: None,
            keeps_cookies: false,
            retry: Some(RetryMiddleware::new()),
            origins: OriginAllowList::new(),
            credential_layers: None,
            rim: None,
            managed: None,
            require_challenge: false,
            log: Some(LogMiddleware::new()),
            request_id: None,
            layers: Layers::default(),
            hooks: Vec::new(),
            invalid: None,
        }
    }

    /// How long a connection may take to come about, TLS included. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an attempt may be silent: from its start until the headers, upload included, and between two pieces of
    /// the response body. `None` for no limit. Default: 30 seconds. Raise it for long uploads.
    pub fn read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        // reqwest adds it to the present moment, which must not overflow.
        self.read_timeout = timeout.into().map(|timeout| timeout.min(CENTURY));
        self
    }

    /// How long a whole call may take, with all its waits and its response body. Default: no limit. Setting one is
    /// recommended; a request can shorten it.
    #[doc(alias = "timeout")]
    pub fn deadline(mut self, within: Duration) -> Self {
        self.options = self.options.deadline(within);
        self
    }

    /// Tells the server in this header how much time is left until the deadline, in whole milliseconds, so that it can
    /// stop working for nobody. Each attempt says what is left when it is sent. Default: no header.
    pub fn deadline_header<N>(mut self, name: N) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
    {
        match name.try_into() {
            Ok(name) => self.cancel = self.cancel.deadline_header(name),
            Err(error) => return self.fail(error.into()),
        }
        self
    }

    /// How long one attempt may wait for its headers, the upload included; its response body is not limited by it. Beyond
    /// that the attempt ends as a timeout, and is tried again like any other. `None` for no limit but the
    /// [`read_timeout`](Self::read_timeout), which is the default.
    pub fn headers_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options = self.options.headers_timeout(timeout);
        self
    }

    /// How failed requests are tried again; `None` for never. Default: [`RetryMiddleware::new`], which retries
    /// idempotent requests up to 3 times.
    ///
    /// ```
    /// use facade::{Client, RetryMiddleware};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.example.com")
    ///     .retry(RetryMiddleware::new().max_retries(5).idempotency_keys(true))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn retry(mut self, retry: impl Into<Option<RetryMiddleware>>) -> Self {
        self.retry = retry.into();
        self
    }

    /// How many idle connections are kept for each host. Default: 32.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle_per_host = connections;
        self
    }

    /// How many requests may be in flight at a time, each until its headers arrive; the others wait in turn, within
    /// their deadline. At least 1; `None` for no limit. Default: 512.
    pub fn concurrency_limit(mut self, in_flight: impl Into<Option<usize>>) -> Self {
        self.concurrency_limit = in_flight.into();
        self
    }

    /// How many bytes of a body `json`, `text` and `bytes` read at the most. Default: 16 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.options = self.options.body_limit(bytes);
        self
    }

    /// Says which answers are errors, and what is read of them. Default: [`ErrorMapMiddleware::new`], for which they are
    /// those of 400 and above, with up to 64 KiB of their bodies. [`CallOptions::error_for`] is for a derived client,
    /// [`Request::error_for`](crate::Request::error_for) for one request.
    ///
    /// ```
    /// use facade::{Client, ErrorDetails, ErrorMapMiddleware};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.example.com")
    ///     .error_map(ErrorMapMiddleware::new().body_limit(256 * 1024).extract_with(|answer| {
    ///         let code = answer.headers().get("x-error-code")?.to_str().ok()?;
    ///         Some(ErrorDetails::new().with_code(code))
    ///     }))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn error_map(mut self, error_map: ErrorMapMiddleware) -> Self {
        self.error_map = error_map;
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
        self.options = self.options.default_header(name, value);
        self
    }

    /// Sets a header as [`default_header`](Self::default_header) does, and marks its value sensitive: an API key, for
    /// example. It goes only to allowed origins, and no log shows it.
    pub fn sensitive_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        self.options = self.options.sensitive_header(name, value);
        self
    }

    /// Sets the `User-Agent` of every request that doesn't set it itself. Default: none, which some APIs refuse, GitHub's for
    /// one.
    pub fn user_agent<V>(self, name: V) -> Self
    where
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        self.default_header(USER_AGENT, name)
    }

    /// Adds a middleware of your own at a place in the order. Several at one place run in the order they were added.
    pub fn middleware(mut self, place: Place, middleware: impl Middleware) -> Self {
        self.layers.add(Layer::Own(place), middleware);
        self
    }

    /// Changes the reqwest client below, for what has no option here: proxies, certificates, mTLS, DNS. It runs last,
    /// so that it can overrule the options above.
    ///
    /// With a base URL of plain `http` to this machine, no proxy of the environment or the system is asked, by any call of the
    /// client: it could read the credentials. One that is set here is.
    ///
    /// A `timeout` that is set here and a silence are one error of reqwest's: both are then told as
    /// [`Attempt`](crate::TimeoutPhase::Attempt), where a request has no [`timeout`](crate::Request::timeout) of its own to
    /// tell them by.
    ///
    /// ```
    /// use facade::Client;
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.example.com")
    ///     .reqwest(|reqwest| reqwest.https_only(true).no_proxy())
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    #[doc(alias = "proxy")]
    pub fn reqwest(
        mut self,
        change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + 'static,
    ) -> Self {
        self.hooks.push(Box::new(change));
        self
    }
}

impl ClientBuilder {
    /// Remembers what is wrong, for [`build`](Self::build) to report. The first counts.
    pub(crate) fn fail(mut self, error: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.invalid = self.invalid.or_else(|| Some(builder_error(error)));
        self
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}

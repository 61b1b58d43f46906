//! The client.

use std::fmt;
use std::sync::Arc;

use private_cache::Cache;
use request_context::OriginAllowList;
use reqwest::Method;
use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use crate::call_options::Settled;
use crate::order::Layer;
use crate::rim::Rim;
use crate::{ApiError, CallOptions, ClientBuilder, IntoTarget, Request, Session};

/// A client for one REST API. It clones cheaply, and clones share connections and session.
///
/// ```
/// use facade::Client;
///
/// # async fn example() -> Result<(), facade::ApiError> {
/// # #[derive(serde::Deserialize)] struct User { name: String }
/// let client = Client::builder("https://api.example.com/v1").build()?;
/// let user: User = client.get(["users", "7"]).fetch().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) options: Arc<Settled>,
}

/// What a client has in common with those derived from it.
pub(crate) struct Shared {
    pub(crate) chain: ClientWithMiddleware,
    /// The same with the layer that puts credentials on, whether the client has one or not.
    pub(crate) with_auth: ClientWithMiddleware,
    pub(crate) origins: OriginAllowList,
    pub(crate) session: Option<Session>,
    /// Who calls; only where a cache has to know.
    pub(crate) rim: Option<Rim>,
    pub(crate) cache: Option<Cache>,
    pub(crate) installed: Vec<Layer>,
}

impl Client {
    /// Sets up a client whose relative paths are appended to this URL, which has a scheme, a host and maybe a path. Query,
    /// fragment and userinfo are left out: `/v1?key=1` is the base `/v1`, and a password goes to [`Auth::basic`](crate::Auth::basic).
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    /// Derives a client that differs in these options. It shares connections, session and layers with this one.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`Builder`](crate::ErrorKind::Builder) when an option is not valid.
    pub fn with(&self, options: CallOptions) -> Result<Self, ApiError> {
        let settled = Settled::clone(&self.options).with(options)?;
        Ok(Self {
            shared: Arc::clone(&self.shared),
            options: Arc::new(settled),
        })
    }

    /// Begins a `GET` request.
    pub fn get(&self, target: impl IntoTarget) -> Request {
        self.request(Method::GET, target)
    }

    /// Begins a `POST` request.
    pub fn post(&self, target: impl IntoTarget) -> Request {
        self.request(Method::POST, target)
    }

    /// Begins a `PUT` request.
    pub fn put(&self, target: impl IntoTarget) -> Request {
        self.request(Method::PUT, target)
    }

    /// Begins a `PATCH` request.
    pub fn patch(&self, target: impl IntoTarget) -> Request {
        self.request(Method::PATCH, target)
    }

    /// Begins a `DELETE` request.
    pub fn delete(&self, target: impl IntoTarget) -> Request {
        self.request(Method::DELETE, target)
    }

    /// Begins a `HEAD` request.
    pub fn head(&self, target: impl IntoTarget) -> Request {
        self.request(Method::HEAD, target)
    }

    /// Begins a request. What is wrong with the target is reported when the request is sent.
    pub fn request(&self, method: Method, target: impl IntoTarget) -> Request {
        Request::new(self.clone(), method, target.resolve(&self.options.base_url))
    }

    /// The URL that relative paths are appended to.
    pub fn base_url(&self) -> &Url {
        self.options.base_url.url()
    }

    /// The chain below, for what this client has no call for. Its requests pass the same layers, but get no default
    /// header, base URL, deadline or body limit; [`ApiError::from`] types their errors. A
    /// [`WithCredential`](crate::WithCredential) needs a client that has a credential of its own, since no layer puts one on
    /// otherwise; [`Request::credential`] works for any.
    pub fn inner(&self) -> &ClientWithMiddleware {
        &self.shared.chain
    }

    /// The session, if there is one that the client keeps: that of [`Auth::oauth2`](crate::Auth::oauth2) or
    /// [`Auth::client_credentials`](crate::Auth::client_credentials).
    pub fn session(&self) -> Option<&Session> {
        self.shared.session.as_ref()
    }

    /// The cache, if there is one: to invalidate what has changed, and to forget.
    pub fn cache(&self) -> Option<&Cache> {
        self.shared.cache.as_ref()
    }

    pub(crate) fn new(shared: Shared, options: Settled) -> Self {
        Self {
            shared: Arc::new(shared),
            options: Arc::new(options),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("origin", &self.base_url().origin().ascii_serialization())
            .field("layers", &self.shared.installed)
            .finish_non_exhaustive()
    }
}

//! A token endpoint, and the client that asks it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use url::Url;

use super::client_identity::ClientIdentity;
use super::endpoint_url::{self, InvalidEndpoint, Shown};
use super::form::Form;
use super::token_endpoint_builder::TokenEndpointBuilder;

/// A token endpoint (RFC 6749 §3.2), and as which client it is asked. Clones share its connections.
///
/// - It follows no redirect, and sends nothing twice unless no connection could be had: then it tries twice more after short
///   pauses.
/// - It goes through no middleware, so a refresh never waits for itself.
/// - Bodies are read up to a limit, as JSON whatever they are called.
///
/// ```
/// use auth_middleware::TokenEndpoint;
///
/// # fn main() -> Result<(), auth_middleware::InvalidEndpoint> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app")
///     .client_secret("s3cret")
///     .build()?;
/// # Ok(()) }
/// ```
///
/// # Panics
///
/// Whoever posts to it does so on a tokio runtime with IO and time enabled, as reqwest and timeouts need one.
#[derive(Clone)]
pub struct TokenEndpoint {
    setup: Arc<Setup>,
}

pub(crate) struct Setup {
    pub(crate) url: Url,
    pub(crate) insecure: bool,
    pub(crate) identity: ClientIdentity,
    pub(crate) parameters: Form,
    pub(crate) http: reqwest::Client,
    pub(crate) timeout: Duration,
    pub(crate) max_answer: usize,
    pub(crate) clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl TokenEndpoint {
    /// An endpoint at this URL, for this client. Without a secret it is a public client (RFC 6749 §2.1).
    pub fn builder(url: impl AsRef<str>, client_id: impl Into<String>) -> TokenEndpointBuilder {
        TokenEndpointBuilder::new(url.as_ref(), client_id.into())
    }

    pub(crate) fn from_setup(setup: Setup) -> Self {
        Self {
            setup: Arc::new(setup),
        }
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    pub(crate) fn url(&self) -> &Url {
        &self.setup.url
    }

    /// Another endpoint of the same server, to [`post`](Self::post) to.
    pub(crate) fn another(&self, url: &str) -> Result<Url, InvalidEndpoint> {
        endpoint_url::parse(url, self.setup.insecure)
    }
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint")
            .field("url", &Shown(&self.setup.url))
            .field("client_id", &self.setup.identity.id)
            .finish_non_exhaustive()
    }
}

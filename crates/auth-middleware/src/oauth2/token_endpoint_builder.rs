//! How a token endpoint is set up.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::redirect::Policy;
use secrecy::SecretString;
use url::Url;

use super::client_identity::ClientIdentity;
use super::endpoint_url::{self, InvalidEndpoint};
use super::form::Form;
use super::token_endpoint::{Setup, TokenEndpoint};

/// Longer than callers of a refresh queue wait, who are told by the queue: a server that is given up while it works may have
/// spent the refresh token.
const TIMEOUT: Duration = Duration::from_secs(45);
/// Far less than the whole, so that there is time for another try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_ANSWER: usize = 64 * 1024;

/// Sets up a [`TokenEndpoint`].
///
/// ```
/// use std::time::Duration;
/// use auth_middleware::TokenEndpoint;
///
/// # fn main() -> Result<(), auth_middleware::InvalidEndpoint> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app")
///     .client_secret("s3cret")
///     .secret_in_body(true)
///     .parameter("tenant", "acme")
///     .timeout(Duration::from_secs(20))
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use]
pub struct TokenEndpointBuilder {
    url: String,
    insecure: bool,
    identity: ClientIdentity,
    parameters: Form,
    http: Option<reqwest::Client>,
    timeout: Duration,
    max_answer: usize,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl TokenEndpointBuilder {
    pub(crate) fn new(url: &str, client_id: String) -> Self {
        Self {
            url: url.to_owned(),
            insecure: false,
            identity: ClientIdentity {
                id: client_id,
                secret: None,
                secret_in_body: false,
            },
            parameters: Form::default(),
            http: None,
            timeout: TIMEOUT,
            max_answer: MAX_ANSWER,
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Makes it a confidential client, with this secret (RFC 6749 §2.3.1).
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.identity.secret = Some(secret.into());
        self
    }

    /// Whether id and secret of a confidential client go into the body. Default: no, they go into the `Authorization`
    /// header by HTTP Basic, which every server must understand (RFC 6749 §2.3.1). Without a secret it changes nothing.
    pub fn secret_in_body(mut self, in_body: bool) -> Self {
        self.identity.secret_in_body = in_body;
        self
    }

    /// Sets a parameter of every request, in the place of an earlier one of that name. It replaces none of those that OAuth defines
    /// for the request, who the client is among them.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.parameters.set(name.into(), value);
        self
    }

    /// Sets the HTTP client. Default: one of its own, which follows no redirect, sends no `Referer`, gives up connecting
    /// after 5 seconds, and asks a plain `http` URL of this machine through no proxy.
    ///
    /// **Give it one that follows no redirects.** One that does posts the secrets to wherever it is led, and all that is
    /// left to do here is to refuse the answer.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Sets how long an exchange may take, from connecting to the last byte of the answer, tries included. Default: 45
    /// seconds.
    ///
    /// Where a [`TokenRefresher`](crate::TokenRefresher) exchanges a refresh token, it limits how long those who wait are kept
    /// waiting. The answer is read on all the same, and saved, until the refresher's
    /// [`exchange_timeout`](crate::TokenRefresher::exchange_timeout): a server that is given up while it works has spent the
    /// refresh token, and its answer is the only place where the next one is. So give the
    /// [HTTP client](Self::http_client) no timeout of its own but for connecting: that one ends the exchange.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets how many bytes an answer's body may have. Default: 64 KiB.
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.max_answer = limit;
        self
    }

    /// Allows plain `http` to other machines. Default: not allowed. Anyone on the way can read the secrets.
    pub fn allow_insecure(mut self, allowed: bool) -> Self {
        self.insecure = allowed;
        self
    }

    /// Sets the clock that expiries are told by. Default: [`SystemTime::now`]. Give the refresh queue the same.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The endpoint.
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] when the URL is none that secrets may be posted to, or when the HTTP client can't be made, for
    /// lack of certificates for example.
    pub fn build(self) -> Result<TokenEndpoint, InvalidEndpoint> {
        let url = endpoint_url::parse(&self.url, self.insecure)?;
        let http = match self.http {
            Some(client) => client,
            None => client_for(&url).map_err(InvalidEndpoint::HttpClient)?,
        };
        Ok(TokenEndpoint::from_setup(Setup {
            url,
            insecure: self.insecure,
            identity: self.identity,
            parameters: self.parameters,
            http,
            timeout: self.timeout,
            max_answer: self.max_answer,
            clock: self.clock,
        }))
    }
}

fn client_for(url: &Url) -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT);
    if endpoint_url::is_plain_loopback(url) {
        return client.no_proxy().build();
    }
    client.build()
}

impl fmt::Debug for TokenEndpointBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpointBuilder")
            .field("client_id", &self.identity.id)
            .field("secret_in_body", &self.identity.secret_in_body)
            .field("parameters", &self.parameters)
            .field("timeout", &self.timeout)
            .field("max_answer_bytes", &self.max_answer)
            .field("allow_insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

//! Sign-in by a browser on the same machine.

use std::fmt;

use secrecy::ExposeSecret;

use super::authorization_request::AuthorizationRequest;
use super::loopback::{Expected, Loopback, LoopbackListener, Texts};
use super::pkce::{CodeVerifier, unguessable};
use super::redirect_listener::RedirectListener;
use super::sign_in_error::SignInError;
use crate::TokenEndpoint;

/// Sign-in by a browser on the same machine: an authorization code with PKCE (RFC 6749 §4.1, RFC 7636) that comes back to a
/// port of this machine (RFC 8252).
///
/// ```no_run
/// use auth_middleware::{AuthorizationCode, TokenEndpoint};
///
/// # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
/// let redirect = AuthorizationCode::new(endpoint, "https://login.example.com/authorize")
///     .scope("messages")
///     .listen()
///     .await?;
/// println!("Open {}", redirect.url());
/// let tokens = redirect.wait().await?;
/// # Ok(()) }
/// ```
///
/// To wait for five minutes, for a server that is known by its name:
///
/// ```no_run
/// use std::time::Duration;
/// use auth_middleware::AuthorizationCode;
///
/// # async fn sign_in(endpoint: auth_middleware::TokenEndpoint) -> Result<(), Box<dyn std::error::Error>> {
/// let redirect = AuthorizationCode::new(endpoint, "https://login.example.com/authorize")
///     .issuer("https://login.example.com")
///     .scope("messages offline_access")
///     .parameter("prompt", "consent")
///     .success_text("You are signed in. You can close this window.")
///     .listen()
///     .await?;
/// println!("Open {}", redirect.url());
/// let tokens = tokio::time::timeout(Duration::from_secs(300), redirect.wait()).await??;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct AuthorizationCode {
    endpoint: TokenEndpoint,
    authorize: String,
    issuer: Option<String>,
    scope: Option<String>,
    resources: Vec<String>,
    parameters: Vec<(String, String)>,
    loopback: Loopback,
    port: u16,
    path: String,
    texts: Texts,
}

impl AuthorizationCode {
    /// Signs in at this authorization endpoint (RFC 6749 §3.1), and redeems the code at the token endpoint of the same server.
    pub fn new(endpoint: TokenEndpoint, authorization_endpoint: impl AsRef<str>) -> Self {
        Self {
            endpoint,
            authorize: authorization_endpoint.as_ref().to_owned(),
            issuer: None,
            scope: None,
            resources: Vec::new(),
            parameters: Vec::new(),
            loopback: Loopback::default(),
            port: 0,
            path: "/callback".to_owned(),
            texts: Texts {
                success: "You can close this window and go back to the program.".to_owned(),
                failure: "The sign-in failed. The program says why.".to_owned(),
            },
        }
    }

    /// Asks for these scopes, separated by spaces (RFC 6749 §3.3). Default: what the server gives.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Asks for tokens for this resource (RFC 8707). May be given several times.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Asks for tokens for this audience, as some servers want it named.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.parameter("audience", audience)
    }

    /// Sets a parameter of the authorization request, in the place of an earlier one of that name. It replaces none of those that
    /// OAuth defines for it. It is seen in the browser, so it is no place for a secret.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        // No parameter may be there twice (RFC 6749 §3.1).
        self.parameters.retain(|(own, _)| *own != name);
        self.parameters.push((name, value.into()));
        self
    }

    /// Sets who must answer: the issuer that the server names in its metadata. An answer without it, as from another server that
    /// the user was lured to, is refused (RFC 9207). Default: not checked, since not all servers say who they are.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets how the redirect URI names this machine. Default: `127.0.0.1`.
    pub fn loopback(mut self, loopback: Loopback) -> Self {
        self.loopback = loopback;
        self
    }

    /// Sets the port, for servers that don't allow any (RFC 8252 §7.3). Default: 0, which takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the path of the redirect URI. Default: `/callback`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets what the browser shows when it has brought the code. The code has yet to be redeemed then. Default: "You can close
    /// this window and go back to the program."
    pub fn success_text(mut self, text: impl Into<String>) -> Self {
        self.texts.success = text.into();
        self
    }

    /// Sets what the browser shows when it has brought an error. Default: "The sign-in failed. The program says why."
    pub fn failure_text(mut self, text: impl Into<String>) -> Self {
        self.texts.failure = text.into();
        self
    }

    /// Takes a port, and makes the URL that the user has to open.
    ///
    /// # Errors
    ///
    /// [`SignInError::InvalidEndpoint`] when the authorization endpoint's URL is none that a user may be sent to,
    /// [`SignInError::Listen`] when there is no port.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the port.
    pub async fn listen(self) -> Result<RedirectListener, SignInError> {
        let authorize = self.endpoint.another(&self.authorize)?;
        let (verifier, state) = (CodeVerifier::random()?, unguessable()?);
        let listener = LoopbackListener::bind(self.loopback, self.port).await;
        let listener = listener.map_err(SignInError::Listen)?;
        let redirect_uri = listener.redirect_uri(self.loopback, &self.path);
        let redirect_uri = redirect_uri.map_err(SignInError::Listen)?;
        let request = AuthorizationRequest {
            client_id: &self.endpoint.setup().identity.id,
            redirect_uri: redirect_uri.as_str(),
            state: state.expose_secret(),
            challenge: &verifier.challenge(),
            scope: self.scope.as_deref(),
            resources: &self.resources,
            parameters: &self.parameters,
        };
        let expected = Expected {
            path: redirect_uri.path().to_owned(),
            issuer: self.issuer,
            state: state.clone(),
        };
        Ok(RedirectListener {
            url: request.url(&authorize),
            endpoint: self.endpoint,
            listener,
            redirect_uri,
            resources: self.resources,
            verifier,
            expected,
            texts: self.texts,
        })
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode")
            .field("endpoint", &self.endpoint)
            .field("issuer", &self.issuer)
            .field("scope", &self.scope)
            .field("resources", &self.resources)
            .field("loopback", &self.loopback)
            .field("port", &self.port)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

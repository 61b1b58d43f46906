//! Sign-in by a browser elsewhere.

use std::fmt;

use secrecy::SecretString;
use tokio::time::Instant;

use super::device_answer::{DeviceAnswer, WrongMember};
use super::device_code::DeviceCode;
use super::pace::Pace;
use super::sign_in_error::SignInError;
use crate::TokenEndpoint;
use crate::oauth2::Form;

/// Sign-in by a browser elsewhere, for programs on a machine without one (RFC 8628): the user types a code there.
///
/// ```no_run
/// use auth_middleware::{DeviceAuthorization, TokenEndpoint};
///
/// # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-cli").build()?;
/// let mut code = DeviceAuthorization::new(endpoint, "https://login.example.com/device_authorization")
///     .scope("messages")
///     .start()
///     .await?;
/// println!("Open {} and type {}", code.verification_uri(), code.user_code());
/// let tokens = code.wait().await?;
/// # Ok(()) }
/// ```
///
/// To wait no longer than the user does:
///
/// ```no_run
/// # async fn sign_in(mut code: auth_middleware::DeviceCode) -> Result<(), Box<dyn std::error::Error>> {
/// # async fn key_was_pressed() {}
/// tokio::select! {
///     tokens = code.wait() => println!("signed in until {:?}", tokens?.expiry()),
///     () = key_was_pressed() => println!("never mind"),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct DeviceAuthorization {
    endpoint: TokenEndpoint,
    authorize: String,
    scope: Option<String>,
    resources: Vec<String>,
    parameters: Form,
}

impl DeviceAuthorization {
    /// Signs in at this device authorization endpoint (RFC 8628 §3.1), and asks for the tokens at the token endpoint of the same
    /// server.
    pub fn new(endpoint: TokenEndpoint, device_authorization_endpoint: impl AsRef<str>) -> Self {
        Self {
            endpoint,
            authorize: device_authorization_endpoint.as_ref().to_owned(),
            scope: None,
            resources: Vec::new(),
            parameters: Form::default(),
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
        self.parameter("audience", audience.into())
    }

    /// Sets a parameter of the device authorization request, in the place of an earlier one of that name. It replaces none of those
    /// that OAuth defines for it.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.parameters.set(name.into(), value);
        self
    }

    /// Gets the codes.
    ///
    /// # Errors
    ///
    /// [`SignInError::InvalidEndpoint`] when the endpoint's URL is none that a secret may be posted to,
    /// [`SignInError::Endpoint`] when the server gave no codes, [`SignInError::InvalidAnswer`] when it gave some that can't be
    /// used.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind but a code that expires.
    pub async fn start(self) -> Result<DeviceCode, SignInError> {
        let url = self.endpoint.another(&self.authorize)?;
        let mut form = Form::default();
        if let Some(scope) = self.scope {
            form.set("scope", scope);
        }
        for resource in &self.resources {
            form.set("resource", resource.as_str());
        }
        form.extend(&self.parameters);
        // From before the question on, so that no code is polled for after its end.
        let begun = Instant::now();
        let members = self.endpoint.post(&url, form).await?.into_object()?;
        let answer = DeviceAnswer::read(&members);
        let answer = answer.map_err(|WrongMember(name)| SignInError::InvalidAnswer(name))?;
        Ok(DeviceCode {
            pace: Pace::new(answer.expires_in, answer.interval),
            endpoint: self.endpoint,
            resources: self.resources,
            answer,
            begun,
        })
    }
}

impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("endpoint", &self.endpoint)
            .field("scope", &self.scope)
            .field("resources", &self.resources)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

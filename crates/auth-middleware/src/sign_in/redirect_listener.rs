//! A port that waits for the browser to come back.

use std::fmt;

use token_store::TokenSet;
use url::Url;

use super::loopback::{Answer, Expected, LoopbackListener, Texts};
use super::pkce::CodeVerifier;
use super::sign_in_error::SignInError;
use crate::TokenEndpoint;
use crate::oauth2::TokenRequest;

/// A port of this machine that waits for the browser. Dropping it closes the port.
#[must_use = "the browser comes back to it"]
pub struct RedirectListener {
    pub(super) endpoint: TokenEndpoint,
    pub(super) listener: LoopbackListener,
    pub(super) url: Url,
    pub(super) redirect_uri: Url,
    pub(super) resources: Vec<String>,
    pub(super) verifier: CodeVerifier,
    pub(super) expected: Expected,
    pub(super) texts: Texts,
}

impl RedirectListener {
    /// What the user has to open in a browser on this machine. It works for one sign-in, and holds no secret of the program.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the browser comes back to.
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// Waits for the browser, and redeems the code that it brings. It waits for as long as it is let: set a limit around it.
    ///
    /// Whatever else comes to the port is refused and changes nothing, a redirect with another `state` among it. The tokens are
    /// those of a new session.
    ///
    /// # Errors
    ///
    /// [`SignInError::Denied`] when the user or the server said no, [`SignInError::Refused`] for other errors that the browser
    /// brings, [`SignInError::WrongIssuer`] and [`SignInError::InvalidRedirect`] when what it brings can't be trusted, and
    /// [`SignInError::Endpoint`] when the code could not be redeemed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the port. A code that is being redeemed then is lost, and the user has to sign in again.
    pub async fn wait(self) -> Result<TokenSet, SignInError> {
        let code = match self.listener.answer(&self.expected, &self.texts).await {
            Answer::Code(code) => code,
            Answer::Error(Some(code)) if code == "access_denied" => {
                return Err(SignInError::Denied);
            }
            Answer::Error(code) => return Err(SignInError::Refused { code }),
            Answer::WrongIssuer => return Err(SignInError::WrongIssuer),
            Answer::Malformed => return Err(SignInError::InvalidRedirect),
        };
        drop(self.listener);
        let mut request = TokenRequest::new("authorization_code")
            .with("code", code)
            .with("redirect_uri", self.redirect_uri.as_str())
            .with("code_verifier", self.verifier.secret().clone());
        for resource in self.resources {
            request = request.with("resource", resource);
        }
        Ok(self.endpoint.exchange(request).await?)
    }
}

impl fmt::Debug for RedirectListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectListener")
            .field("endpoint", &self.endpoint)
            .field("redirect_uri", &self.redirect_uri.as_str())
            .finish_non_exhaustive()
    }
}

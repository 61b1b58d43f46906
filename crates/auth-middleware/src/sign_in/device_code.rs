//! A code that waits for a user to type it.

use std::fmt;
use std::time::Duration;

use token_store::TokenSet;
use tokio::time::{Instant, sleep};
use url::Url;

use super::device_answer::DeviceAnswer;
use super::pace::Pace;
use super::sign_in_error::SignInError;
use crate::oauth2::TokenRequest;
use crate::{TokenEndpoint, TokenEndpointError, TokenEndpointErrorKind as Kind};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A code that waits for a user to type it, and the way to learn whether it was typed.
#[must_use = "the user has to see the code"]
pub struct DeviceCode {
    pub(super) endpoint: TokenEndpoint,
    pub(super) resources: Vec<String>,
    pub(super) answer: DeviceAnswer,
    pub(super) pace: Pace,
    pub(super) begun: Instant,
}

impl DeviceCode {
    /// What the user has to type.
    pub fn user_code(&self) -> &str {
        &self.answer.user_code
    }

    /// Where the user has to type it.
    pub fn verification_uri(&self) -> &Url {
        &self.answer.verification_uri
    }

    /// The same with the code in it, if the server offers that: for a QR code or a link. The user has to compare the codes then
    /// (RFC 8628 §3.3.1), so show the user code too.
    pub fn verification_uri_complete(&self) -> Option<&Url> {
        self.answer.verification_uri_complete.as_ref()
    }

    /// How long the user still has.
    pub fn expires_in(&self) -> Duration {
        self.answer.expires_in.saturating_sub(self.begun.elapsed())
    }

    /// Waits until the user has decided, and asks the server for that as often as it allows. The tokens are those of a new
    /// session.
    ///
    /// It asks every 5 seconds unless the server says else, and 5 seconds less often with each `slow_down` (RFC 8628 §3.5). When
    /// the server can't be reached or fails, it goes on, with pauses that double up to a minute and grow to what a
    /// `Retry-After` asks for. It ends when no further question would come before the code expires.
    ///
    /// # Errors
    ///
    /// [`SignInError::Denied`] when the user said no, [`SignInError::Expired`] when they didn't decide in time, and
    /// [`SignInError::Endpoint`] when the server answered anything else that waiting won't change. It is that too when the server
    /// gave no answer to the last question, and the next would come too late: at once, if a `Retry-After` asks to wait for longer
    /// than the code lives.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the questions. Waiting again goes on with them, after another pause. Tokens that are under way
    /// when it is dropped are lost, and the user has to sign in again.
    pub async fn wait(&mut self) -> Result<TokenSet, SignInError> {
        let Self {
            endpoint,
            resources,
            answer,
            pace,
            begun,
        } = self;
        let mut request = TokenRequest::new(GRANT).with("device_code", answer.device_code.clone());
        for resource in resources.iter() {
            request = request.with("resource", resource.as_str());
        }
        poll(pace, *begun, || endpoint.exchange(request.clone())).await
    }
}

/// Asks until there is an answer that waiting won't change.
async fn poll<F>(
    pace: &mut Pace,
    begun: Instant,
    ask: impl Fn() -> F,
) -> Result<TokenSet, SignInError>
where
    F: Future<Output = Result<TokenSet, TokenEndpointError>>,
{
    loop {
        let Some(pause) = pace.pause(begun.elapsed()) else {
            return Err(pace.end());
        };
        sleep(pause).await;
        match ask().await {
            Ok(tokens) => return Ok(tokens),
            Err(error) => hear(pace, error)?,
        }
    }
}

/// What to make of a question that got no tokens.
fn hear(pace: &mut Pace, error: TokenEndpointError) -> Result<(), SignInError> {
    match (error.kind(), error.code()) {
        (Kind::Refused, Some("authorization_pending")) => pace.pending(),
        (Kind::Refused | Kind::RateLimited, Some("slow_down")) => pace.slow_down(),
        (Kind::Refused, Some("access_denied")) => return Err(SignInError::Denied),
        (Kind::Refused, Some("expired_token")) => return Err(SignInError::Expired),
        (
            Kind::Unreachable
            | Kind::TimedOut
            | Kind::Interrupted
            | Kind::RateLimited
            | Kind::Unavailable,
            _,
        ) => pace.lost(error),
        _ => return Err(error.into()),
    }
    Ok(())
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("endpoint", &self.endpoint)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

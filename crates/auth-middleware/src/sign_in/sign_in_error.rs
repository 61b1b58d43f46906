//! Why a user could not be signed in.

use std::error::Error;
use std::io;

use crate::{InvalidEndpoint, TokenEndpointError};

/// Why a user could not be signed in. None of its texts shows a code, a token or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The user said no, or the server did (`access_denied`).
    #[error("access was denied")]
    Denied,
    /// The user did not decide before the device code expired.
    #[error("the user did not decide in time")]
    Expired,
    /// The authorization endpoint sent the browser back with an error (RFC 6749 §4.1.2.1).
    #[error("the authorization server refused: {}", code.as_deref().unwrap_or("for an unknown reason"))]
    Refused {
        /// The error code, such as `invalid_scope`. One that isn't made of up to 40 lower case letters and underscores is left
        /// out, since nobody knows what it shows.
        code: Option<String>,
    },
    /// The browser brought an answer from another server than was asked (RFC 9207), or one that doesn't say.
    #[error("another authorization server answered than was asked")]
    WrongIssuer,
    /// The browser came back with neither one code nor one error.
    #[error("the redirect holds neither one code nor one error")]
    InvalidRedirect,
    /// The device authorization endpoint's answer lacks this member, or has it of a wrong type.
    #[error("the device authorization endpoint answered without a usable `{0}`")]
    InvalidAnswer(&'static str),
    /// An endpoint's URL is none that a user or a secret may be sent to.
    #[error("an endpoint of the authorization server can't be used")]
    InvalidEndpoint(#[from] InvalidEndpoint),
    /// No port of this machine could be listened on.
    #[error("the redirect can't be listened for")]
    Listen(#[source] io::Error),
    /// The system has no random numbers to give.
    #[error("the system has no random numbers to give")]
    Random(#[source] Box<dyn Error + Send + Sync>),
    /// The server gave no tokens, or no device code. The source says why.
    #[error("the sign-in failed at the authorization server")]
    Endpoint(#[source] TokenEndpointError),
}

impl From<TokenEndpointError> for SignInError {
    fn from(error: TokenEndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<getrandom::Error> for SignInError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error.into())
    }
}

//! Why an endpoint gave nothing.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use request_context::{BoxError, without_url};

/// Why a [`TokenEndpoint`](crate::TokenEndpoint) gave nothing. It shows no token, no secret, no URL and nothing of a body but
/// the error code.
#[derive(Debug)]
pub struct TokenEndpointError {
    kind: TokenEndpointErrorKind,
    status: Option<StatusCode>,
    code: Option<Box<str>>,
    retry_after: Option<Duration>,
    /// Whether the server has understood the request and declined it.
    declined: bool,
    source: Option<BoxError>,
}

/// What kind of failure a [`TokenEndpointError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenEndpointErrorKind {
    /// No connection could be had: nothing was sent.
    Unreachable,
    /// The answer did not come in time. The request may have been acted on.
    TimedOut,
    /// The connection broke. The request may have been acted on.
    Interrupted,
    /// The answer was a redirect. It was not followed.
    Redirected,
    /// The server refused by an error of OAuth (RFC 6749 §5.2): the [`code`](TokenEndpointError::code).
    Refused,
    /// The server asks for fewer requests (429).
    RateLimited,
    /// The server failed (5xx).
    Unavailable,
    /// Another status, and no error of OAuth.
    UnexpectedStatus,
    /// A success that holds nothing of what was asked for.
    InvalidAnswer,
    /// The answer is larger than allowed.
    TooLarge,
}

use TokenEndpointErrorKind as Kind;

impl TokenEndpointError {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            retry_after: None,
            declined: false,
            source: None,
        }
    }

    /// An error of the HTTP client, without its URL.
    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        let kind = if error.is_connect() || error.is_builder() {
            Kind::Unreachable
        } else if error.is_redirect() {
            Kind::Redirected
        } else if error.is_timeout() {
            Kind::TimedOut
        } else {
            Kind::Interrupted
        };
        Self::new(kind).with_source(without_url(error.into()))
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<&str>) -> Self {
        self.code = code.map(Into::into);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    pub(crate) fn with_declined(mut self, declined: bool) -> Self {
        self.declined = declined;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> TokenEndpointErrorKind {
        self.kind
    }

    /// The status of the answer, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The error code in the answer, such as `invalid_client`. One that isn't made of up to 40 lower case letters and
    /// underscores is left out, since nobody knows what it shows.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// How long the server asks to wait (`Retry-After`, RFC 9110 §10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the server says that the refresh token, or whatever else was to be exchanged, is no good (`invalid_grant`).
    pub fn is_invalid_grant(&self) -> bool {
        self.kind == Kind::Refused && self.code() == Some("invalid_grant")
    }

    /// Whether nothing was sent, so that the server can't have acted on it.
    pub fn is_unsent(&self) -> bool {
        self.kind == Kind::Unreachable
    }

    /// Whether what was to be exchanged is certainly unspent: nothing was sent, or it was declined.
    pub(crate) fn is_unspent(&self) -> bool {
        self.is_unsent() || self.declined
    }
}

impl fmt::Display for TokenEndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Unreachable => "the authorization server could not be reached",
            Kind::TimedOut => "the authorization server did not answer in time",
            Kind::Interrupted => "the connection to the authorization server broke",
            Kind::Redirected => "the authorization server answered a redirect",
            Kind::Refused => "the authorization server refused",
            Kind::RateLimited => "the authorization server asks for fewer requests",
            Kind::Unavailable => "the authorization server failed",
            Kind::UnexpectedStatus => "the authorization server answered an unexpected status",
            Kind::InvalidAnswer => "the authorization server's answer is not what was asked for",
            Kind::TooLarge => "the authorization server's answer is too large",
        })?;
        if let Some(code) = &self.code {
            write!(f, ": {code}")?;
        }
        match self.status {
            Some(status) => write!(f, " ({})", status.as_u16()),
            None => Ok(()),
        }
    }
}

impl Error for TokenEndpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.source.as_ref()?)
    }
}

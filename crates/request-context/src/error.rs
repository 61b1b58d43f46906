//! Errors that several layers must recognise in each other.
//!
//! A middleware returns them as `reqwest_middleware::Error::Middleware`; `downcast_ref` finds them there. None of
//! them is ever wrapped on its way up.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::without_url;

/// Any error that can cross threads.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The caller cancelled this call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cancelled {
    reason: Option<Cow<'static, str>>,
}

impl Cancelled {
    /// The caller cancelled this call and gave no reason.
    pub fn new() -> Self {
        Self::default()
    }

    /// The caller cancelled this call for this reason. Error texts show it, so it should hold no secret.
    pub fn because(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: Some(reason.into()),
        }
    }

    /// Why, in the words of whoever let the call be cancelled.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => write!(f, "the call was cancelled: {reason}"),
            None => f.write_str("the call was cancelled"),
        }
    }
}

impl Error for Cancelled {}

/// The deadline of the whole call passed.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the deadline of the call passed")]
#[non_exhaustive]
pub struct DeadlineExceeded {}

impl DeadlineExceeded {
    /// The deadline of the whole call passed.
    pub fn new() -> Self {
        Self::default()
    }
}

/// One attempt's headers did not arrive within their own limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the response headers did not arrive in time")]
#[non_exhaustive]
pub struct HeadersTimedOut {}

impl HeadersTimedOut {
    /// One attempt's headers did not arrive within their own limit.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The session is over: nothing but a new sign-in helps.
///
/// It is an answer to everyone who waits, so it clones cheaply.
#[derive(Clone)]
pub struct SessionEnded {
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl SessionEnded {
    /// The session ended because the program signed out.
    pub fn signed_out() -> Self {
        Self { source: None }
    }

    /// The session ended because the server refused to renew it; the source says how.
    pub fn rejected(source: impl Into<BoxError>) -> Self {
        Self {
            source: Some(Arc::from(without_url(source.into()))),
        }
    }

    /// Whether the program itself signed out.
    pub fn is_signed_out(&self) -> bool {
        self.source.is_none()
    }
}

impl fmt::Display for SessionEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_signed_out() {
            "the session has ended: signed out"
        } else {
            "the session has ended: it could not be renewed"
        })
    }
}

impl fmt::Debug for SessionEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEnded")
            .field("source", &self.source)
            .finish()
    }
}

impl Error for SessionEnded {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        shared(self.source.as_ref()?)
    }
}

/// No credential could be had just now, though the session may be fine: a refresh failed, too many calls wait,
/// a token store is busy. The source says which. Trying again later may help.
#[derive(Clone, Debug)]
pub struct CredentialUnavailable {
    source: Arc<dyn Error + Send + Sync>,
}

impl CredentialUnavailable {
    /// No credential could be had, for this reason.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self {
            source: Arc::from(without_url(source.into())),
        }
    }
}

impl fmt::Display for CredentialUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no credential is available")
    }
}

impl Error for CredentialUnavailable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        shared(&self.source)
    }
}

#[allow(clippy::unnecessary_wraps)] // the shape of `Error::source`
fn shared(source: &Arc<dyn Error + Send + Sync>) -> Option<&(dyn Error + 'static)> {
    Some(&**source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("invalid_grant")]
    struct InvalidGrant;

    #[test]
    fn a_cancellation_tells_its_reason_if_it_has_one() {
        let left = Cancelled::because("the screen was left");
        assert_eq!(left.reason(), Some("the screen was left"));
        assert_eq!(
            left.to_string(),
            "the call was cancelled: the screen was left"
        );
        assert_eq!(Cancelled::new().reason(), None);
        assert_eq!(Cancelled::new().to_string(), "the call was cancelled");
    }

    #[test]
    fn the_reason_of_an_ended_session_can_be_matched() {
        let ended = SessionEnded::rejected(InvalidGrant).clone();
        assert!(!ended.is_signed_out());
        assert!(ended.source().unwrap().is::<InvalidGrant>());
        assert_eq!(
            ended.to_string(),
            "the session has ended: it could not be renewed"
        );
    }

    #[test]
    fn signing_out_has_no_further_reason() {
        let ended = SessionEnded::signed_out();
        assert!(ended.is_signed_out());
        assert!(ended.source().is_none());
    }

    #[test]
    fn the_reason_why_no_credential_is_there_can_be_matched() {
        let unavailable = CredentialUnavailable::new(InvalidGrant);
        assert!(unavailable.source().unwrap().is::<InvalidGrant>());
    }
}

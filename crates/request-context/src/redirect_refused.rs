//! The error of a redirect that was not followed.

use std::fmt;

use url::Url;

use crate::Hops;

/// A redirect was not followed, because following it could carry something where it must not go, or would never end.
///
/// Neither its `Display` nor its `Debug` shows a query or userinfo.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the redirect was refused: {reason}")]
pub struct RedirectRefused {
    reason: RedirectRefusal,
    location: Option<Box<Url>>,
    hops: Hops,
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectRefusal {
    /// The call has followed as many redirects as it may.
    #[error("the call has followed {limit} already")]
    TooMany {
        /// How many it may follow.
        limit: usize,
    },
    /// The call has made the same request before.
    #[error("it leads back to where the call has been")]
    Loop,
    /// It leads from `https` to plain `http`.
    #[error("it leads from https to plain http")]
    Insecure,
    /// It leads to a URL that is neither `http` nor `https`.
    #[error("it leads to a URL that is neither http nor https")]
    Scheme,
    /// The request's body would go to another origin.
    #[error("it would take the request's body to another origin")]
    BodyLeavesOrigin,
    /// The request's body would have to be sent once more, and can't be.
    #[error("the request's body can't be sent again")]
    BodySentOnce,
}

impl RedirectRefused {
    /// Refuses a redirect for this reason.
    pub fn new(reason: RedirectRefusal) -> Self {
        Self {
            reason,
            location: None,
            hops: Hops::default(),
        }
    }

    /// Says where the redirect led.
    #[must_use]
    pub fn to(mut self, location: Url) -> Self {
        self.location = Some(Box::new(location));
        self
    }

    /// Says by which redirects the call had come, the one that was refused last.
    #[must_use]
    pub fn after(mut self, hops: Hops) -> Self {
        self.hops = hops;
        self
    }

    /// Why it was refused.
    pub fn reason(&self) -> RedirectRefusal {
        self.reason
    }

    /// Where the redirect led, query included, if that is known.
    pub fn location(&self) -> Option<&Url> {
        self.location.as_deref()
    }

    /// By which redirects the call had come, the one that was refused last.
    pub fn hops(&self) -> &Hops {
        &self.hops
    }
}

impl fmt::Debug for RedirectRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self
            .location()
            .map(|url| url.origin().ascii_serialization());
        f.debug_struct("RedirectRefused")
            .field("reason", &self.reason)
            .field("location", &origin)
            .field("hops", &self.hops)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_its_reason_and_shows_no_secret() {
        let refused = RedirectRefused::new(RedirectRefusal::TooMany { limit: 3 }).to(
            "https://ada:hunter2@api.test/a?key=hunter2"
                .parse()
                .unwrap(),
        );
        assert_eq!(refused.reason(), RedirectRefusal::TooMany { limit: 3 });
        assert_eq!(
            refused.to_string(),
            "the redirect was refused: the call has followed 3 already"
        );
        assert_eq!(refused.location().unwrap().query(), Some("key=hunter2"));
        assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
    }
}

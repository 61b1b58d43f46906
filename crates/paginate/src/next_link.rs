//! Where a next link leads, and whether the stream goes there: a pure function.

use std::fmt;

use url::Url;

/// What becomes of a next link that leads to another origin, that is another scheme, host or port, or that stands on a page
/// of another origin, where a redirect has led.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherOrigins {
    /// It is refused.
    #[default]
    Refused,
    /// It is followed, and nothing goes along that was meant for the first origin: no credential, no body, no header but
    /// those that are [harmless](crate::PageRequest::change_headers). What stayed behind doesn't come back, not even where a
    /// later link leads back.
    ///
    /// What a client adds by itself is not the request's to leave behind: with `default_headers` of reqwest's, a key among
    /// them goes anywhere. Set it on the request.
    WithoutCredentials,
}

/// A next link, and what is known of where it stands.
pub(crate) struct NextLink<'a> {
    /// The link as the server wrote it: a URI reference, relative ones included.
    pub(crate) reference: &'a str,
    /// The URL that answered with it, after redirects.
    pub(crate) page: &'a Url,
    /// The URL that the caller gave.
    pub(crate) first: &'a Url,
    /// Whether the page was asked for without credentials, since an earlier link had led to another origin.
    pub(crate) has_left: bool,
    pub(crate) other_origins: OtherOrigins,
}

/// Where the stream goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) url: Url,
    pub(crate) without_credentials: bool,
}

impl NextLink<'_> {
    /// Resolves the link against its page (RFC 3986 §5), and judges what comes of it: the very URL that is asked next, so
    /// that no second reading of the text can lead elsewhere.
    pub(crate) fn follow(&self) -> Result<Destination, LinkRefused> {
        let joined = self.page.join(self.reference);
        let mut url = joined.map_err(|_| LinkRefused::new(LinkRefusal::NotAUrl, None))?;
        let refuse = |reason, url| Err(LinkRefused::new(reason, Some(url)));
        // Before its origin is looked at, since that of a `blob:` is the one of the URL inside it.
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(LinkRefusal::Scheme, url);
        }
        // Userinfo is no credential that the caller gave, and most likely obscures the host (RFC 9110 §4.2.4). An http URL
        // can always do without it.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.set_fragment(None);

        let was_secure = [self.first, self.page].map(Url::scheme).contains(&"https");
        if was_secure && url.scheme() == "http" {
            return refuse(LinkRefusal::Insecure, url);
        }
        // A page of another origin, where a redirect led, says nothing of where credentials go, not even back to the first.
        let origin = self.first.origin();
        let refusal = if url.origin() != origin {
            Some(LinkRefusal::OtherOrigin)
        } else if self.page.origin() != origin {
            Some(LinkRefusal::PageOfOtherOrigin)
        } else {
            None
        };
        match (refusal, self.other_origins) {
            (Some(refusal), OtherOrigins::Refused) => refuse(refusal, url),
            _ => Ok(Destination {
                url,
                without_credentials: refusal.is_some() || self.has_left,
            }),
        }
    }
}

/// A next link was not followed.
///
/// Neither its `Display` nor its `Debug` shows a path, a query or userinfo.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct LinkRefused {
    reason: LinkRefusal,
    url: Option<Box<Url>>,
}

/// Why a next link was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LinkRefusal {
    /// It is no URL, and none can be made of it.
    #[error("it is no URL")]
    NotAUrl,
    /// It leads to a URL that is neither `http` nor `https`.
    #[error("it leads to a URL that is neither http nor https")]
    Scheme,
    /// It leads from `https` to plain `http`.
    #[error("it leads from https to plain http")]
    Insecure,
    /// It leads to another origin.
    #[error("it leads to another origin")]
    OtherOrigin,
    /// It leads to the first origin, but stands on a page of another one, where a redirect has led.
    #[error("it stands on a page of another origin")]
    PageOfOtherOrigin,
}

impl LinkRefused {
    fn new(reason: LinkRefusal, url: Option<Url>) -> Self {
        let url = url.map(Box::new);
        Self { reason, url }
    }

    /// Why it was not followed.
    pub fn reason(&self) -> LinkRefusal {
        self.reason
    }

    /// Where it leads, query included, if that is a URL.
    pub fn url(&self) -> Option<&Url> {
        self.url.as_deref()
    }
}

impl fmt::Debug for LinkRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.url().map(|url| url.origin().ascii_serialization());
        f.debug_struct("LinkRefused")
            .field("reason", &self.reason)
            .field("origin", &origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

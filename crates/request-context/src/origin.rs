//! An origin, the unit by which credentials are allowed or refused.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The scheme, host and port of an `http` or `https` URL (RFC 9110 §4.3.1, RFC 6454).
///
/// ```
/// use request_context::Origin;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let origin: Origin = "https://API.example.com:443/v1".parse()?;
/// assert_eq!(origin.to_string(), "https://api.example.com");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// The origin of a URL, or none if it is neither `http` nor `https`.
    pub fn of(url: &Url) -> Option<Self> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        Some(Self {
            secure,
            host: url.host()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// Whether the URL has this origin. It allocates nothing.
    pub fn matches(&self, url: &Url) -> bool {
        self.has_scheme_and_port_of(url) && url.host().is_some_and(|host| self.host == host)
    }

    /// Whether the URL's host is a subdomain of this origin's host, with the same scheme and port.
    pub fn is_parent_of(&self, url: &Url) -> bool {
        let Host::Domain(parent) = &self.host else {
            return false;
        };
        let Some(Host::Domain(host)) = url.host() else {
            return false;
        };
        self.has_scheme_and_port_of(url)
            && host
                .strip_suffix(parent.as_str())
                .is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
    }

    fn has_scheme_and_port_of(&self, url: &Url) -> bool {
        url.scheme() == self.scheme() && url.port_or_known_default() == Some(self.port)
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host)?;
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidOrigin {})?;
        Self::of(&url).ok_or(InvalidOrigin {})
    }
}

/// The text is not an `http` or `https` URL, so it has no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https URL")]
#[non_exhaustive]
pub struct InvalidOrigin {}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn equal_origins_are_recognised_however_they_are_written() {
        let api = origin("https://api.example.com");
        for same in [
            "https://api.example.com/",
            "https://API.EXAMPLE.com:443/path?query#fragment",
            "HTTPS://user:password@api.example.com/",
        ] {
            assert!(api.matches(&url(same)), "{same}");
            assert_eq!(origin(same), api, "{same}");
        }
    }

    #[test]
    fn look_alikes_are_other_origins() {
        let api = origin("https://api.example.com");
        for other in [
            "http://api.example.com/",
            "https://api.example.com:8443/",
            "https://api.example.com.evil.test/",
            "https://api.example.com@evil.test/",
            "https://xapi.example.com/",
            "https://example.com/",
            "https://api.example.com./",
            "ftp://api.example.com/",
        ] {
            assert!(!api.matches(&url(other)), "{other}");
        }
    }

    #[test]
    fn a_parent_has_subdomains_only() {
        let parent = origin("https://example.com");
        assert!(parent.is_parent_of(&url("https://a.example.com/")));
        assert!(parent.is_parent_of(&url("https://a.b.example.com/")));
        for other in [
            "https://example.com/",
            "https://evilexample.com/",
            "http://a.example.com/",
            "https://a.example.com:444/",
            "https://a.example.com.evil.test/",
        ] {
            assert!(!parent.is_parent_of(&url(other)), "{other}");
        }
        assert!(!origin("http://0.0.1").is_parent_of(&url("http://127.0.0.1/")));
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        assert!(origin("http://[::1]:80").matches(&url("http://[0:0:0:0:0:0:0:1]/")));
        assert!(origin("http://127.0.0.1").matches(&url("http://127.1/")));
    }

    #[test]
    fn display_leaves_out_the_default_port() {
        assert_eq!(
            origin("http://localhost:80/x").to_string(),
            "http://localhost"
        );
        assert_eq!(origin("http://[::1]:8080").to_string(), "http://[::1]:8080");
    }

    #[test]
    fn what_is_not_http_has_no_origin() {
        for text in [
            "",
            "api.example.com",
            "mailto:ada@example.com",
            "data:,x",
            "file:///etc",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}

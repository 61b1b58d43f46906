//! Where secrets may be posted.

use std::fmt;

use request_context::{Origin, OriginAllowList};
use url::Url;

/// Why a [`TokenEndpoint`](crate::TokenEndpoint) can't be made. It shows nothing of the URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// It is no `http` or `https` URL.
    #[error("not an http or https URL")]
    NotAUrl,
    /// It is plain `http` to another machine, where anyone on the way can read the secrets.
    #[error("plain http to another machine")]
    Insecure,
    /// It has a fragment, which RFC 6749 §3.2 forbids.
    #[error("the URL has a fragment")]
    Fragment,
    /// It has a user or a password. The client's own go into
    /// [`client_secret`](crate::TokenEndpointBuilder::client_secret).
    #[error("the URL has a user or a password")]
    UserInfo,
    /// The HTTP client can't be made.
    #[error("the HTTP client can't be made")]
    HttpClient(#[source] reqwest::Error),
}

/// Reads the URL of an endpoint.
pub(crate) fn parse(text: &str, insecure: bool) -> Result<Url, InvalidEndpoint> {
    let url = Url::parse(text).map_err(|_| InvalidEndpoint::NotAUrl)?;
    let origin = Origin::of(&url).ok_or(InvalidEndpoint::NotAUrl)?;
    if url.fragment().is_some() {
        return Err(InvalidEndpoint::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidEndpoint::UserInfo);
    }
    let allowed = OriginAllowList::from(origin).allow_insecure(insecure);
    if !allowed.allows(&url) {
        return Err(InvalidEndpoint::Insecure);
    }
    Ok(url)
}

/// Whether the URL is plain `http` to this machine, which a proxy must not get to see.
pub(crate) fn is_plain_loopback(url: &Url) -> bool {
    let allowed = Origin::of(url).map(OriginAllowList::from);
    url.scheme() == "http" && allowed.is_some_and(|allowed| allowed.allows(url))
}

/// The URL without its query, which may be a secret.
pub(crate) struct Shown<'a>(pub(crate) &'a Url);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Origin::of(self.0) {
            Some(origin) => write!(f, "{origin}{}", self.0.path()),
            None => f.write_str(".."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_https_or_to_this_machine() {
        for fine in [
            "https://as.test/token",
            "https://as.test/token?tenant=a",
            "http://127.0.0.1:8080/token",
            "http://[::1]/token",
            "http://localhost/token",
        ] {
            assert!(parse(fine, false).is_ok(), "{fine}");
        }
        let insecure = "http://as.test/token";
        assert!(matches!(
            parse(insecure, false),
            Err(InvalidEndpoint::Insecure)
        ));
        assert!(parse(insecure, true).is_ok());
    }

    #[test]
    fn an_endpoint_that_can_not_be_is_refused_without_showing_it() {
        for bad in [
            "",
            "hunter2",
            "ftp://as.test/hunter2",
            "https://as.test/#hunter2",
            "https://hunter2@as.test/",
            "https://:hunter2@as.test/",
            "http://as.test/?hunter2",
        ] {
            let error = parse(bad, false).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{bad}");
        }
    }

    #[test]
    fn a_query_is_not_shown() {
        let url = parse("https://as.test/token?key=hunter2", false).unwrap();
        assert_eq!(format!("{:?}", Shown(&url)), "https://as.test/token");
    }

    #[test]
    fn only_plain_http_to_this_machine_needs_no_proxy() {
        let plain = |text: &str| is_plain_loopback(&text.parse().unwrap());
        assert!(plain("http://localhost:1/token"));
        assert!(!plain("https://localhost/token"));
        assert!(!plain("http://as.test/token"));
    }
}

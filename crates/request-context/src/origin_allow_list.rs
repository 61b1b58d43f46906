//! The origins that may see a credential.

use http::Extensions;
use http::header::AUTHORIZATION;
use reqwest::Request;
use url::{Host, Url};

use crate::{Origin, WithoutAuth};

/// The origins that may see a credential. Everything else is refused.
///
/// Plain `http` is refused too, except to this machine (`localhost`, `127.0.0.0/8`, `::1`), unless
/// [`allow_insecure`](Self::allow_insecure) says otherwise.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct OriginAllowList {
    origins: Vec<Origin>,
    parents: Vec<Origin>,
    insecure: bool,
}

impl OriginAllowList {
    /// A list that allows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows this origin.
    pub fn allow(mut self, origin: Origin) -> Self {
        self.origins.push(origin);
        self
    }

    /// Allows every subdomain of this origin's host, with the same scheme and port, but not the host itself.
    pub fn allow_subdomains_of(mut self, origin: Origin) -> Self {
        self.parents.push(origin);
        self
    }

    /// Allows plain `http` to other machines. Default: not allowed. Anyone on the way can read the credential.
    pub fn allow_insecure(mut self, allowed: bool) -> Self {
        self.insecure = allowed;
        self
    }

    /// Whether a request to this URL may carry a credential.
    pub fn allows(&self, url: &Url) -> bool {
        let listed = self.origins.iter().any(|origin| origin.matches(url))
            || self.parents.iter().any(|parent| parent.is_parent_of(url));
        listed && (self.insecure || url.scheme() == "https" || is_loopback(url))
    }

    /// Whether this request should get a credential of ours: its URL is allowed, it isn't marked [`WithoutAuth`],
    /// and the caller has not set an `Authorization` header on it.
    pub fn admits(&self, request: &Request, extensions: &Extensions) -> bool {
        extensions.get::<WithoutAuth>().is_none()
            && !request.headers().contains_key(AUTHORIZATION)
            && self.allows(request.url())
    }
}

impl From<Origin> for OriginAllowList {
    fn from(origin: Origin) -> Self {
        Self::new().allow(origin)
    }
}

impl FromIterator<Origin> for OriginAllowList {
    fn from_iter<I: IntoIterator<Item = Origin>>(origins: I) -> Self {
        Self {
            origins: origins.into_iter().collect(),
            ..Self::default()
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // RFC 6761 §6.3: localhost and names below it stay on this machine.
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::Method;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn list(text: &str) -> OriginAllowList {
        OriginAllowList::from(text.parse::<Origin>().unwrap())
    }

    #[test]
    fn an_empty_list_allows_nothing() {
        assert!(!OriginAllowList::new().allows(&url("https://localhost/")));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for local in [
            "http://localhost/",
            "http://api.localhost:8080/",
            "http://127.0.0.1:9000/",
            "http://127.8.9.1/",
            "http://[::1]:1/",
        ] {
            assert!(list(local).allows(&url(local)), "{local}");
        }
        for remote in [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://localhost.evil.test/",
        ] {
            assert!(!list(remote).allows(&url(remote)), "{remote}");
            assert!(
                list(remote).allow_insecure(true).allows(&url(remote)),
                "{remote}"
            );
        }
    }

    #[test]
    fn subdomains_are_allowed_when_asked() {
        let list = OriginAllowList::new()
            .allow_subdomains_of("https://example.com".parse::<Origin>().unwrap());
        assert!(list.allows(&url("https://eu.example.com/")));
        assert!(!list.allows(&url("https://example.com/")));
        assert!(!list.allows(&url("https://evilexample.com/")));
    }

    #[test]
    fn a_request_is_admitted_unless_it_says_otherwise() {
        let list = list("https://api.example.com");
        let request = || Request::new(Method::GET, url("https://api.example.com/me"));
        let mut extensions = Extensions::new();
        assert!(list.admits(&request(), &extensions));

        let mut own = request();
        own.headers_mut()
            .insert(AUTHORIZATION, "Basic eDp5".parse().unwrap());
        assert!(!list.admits(&own, &extensions));

        extensions.insert(WithoutAuth);
        assert!(!list.admits(&request(), &extensions));
    }

    proptest! {
        #[test]
        fn no_other_host_is_ever_allowed(host in "[a-z0-9.-]{1,20}", path in "[ -~]{0,20}") {
            let text = format!("https://{host}/{path}");
            if let Ok(url) = Url::parse(&text) {
                let same = url.host_str() == Some("api.example.com");
                prop_assert_eq!(list("https://api.example.com").allows(&url), same);
            }
        }

        #[test]
        fn nothing_before_the_host_fools_the_list(userinfo in "[a-zA-Z0-9.:%@-]{0,24}") {
            let text = format!("https://api.example.com{userinfo}@evil.test/");
            if let Ok(url) = Url::parse(&text) {
                prop_assert!(!list("https://api.example.com").allows(&url));
            }
        }
    }
}

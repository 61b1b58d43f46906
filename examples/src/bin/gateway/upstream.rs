//! Where requests go: the upstream, and the path of each below its own.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// The API that requests go to.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    base: Url,
}

/// What is wrong with the URL of an upstream. It doesn't show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidUpstream {
    #[error("it is not an http or https URL")]
    NotHttp,
    #[error("its user and password would go nowhere")]
    Userinfo,
    #[error("its query or fragment would go nowhere")]
    Query,
}

impl Upstream {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidUpstream> {
        let base = Url::parse(text).map_err(|_| InvalidUpstream::NotHttp)?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(InvalidUpstream::NotHttp);
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(InvalidUpstream::Userinfo);
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(InvalidUpstream::Query);
        }
        Ok(Self { base })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Whether it is on this machine: no name below `localhost` leads elsewhere (RFC 6761 §6.3).
    pub(crate) fn is_on_this_machine(&self) -> bool {
        match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether it is what listens at this address, so that each call would come back for ever.
    pub(crate) fn is_at(&self, address: SocketAddr) -> bool {
        let listens = |here: IpAddr| {
            here == address.ip() || (here.is_loopback() && address.ip().is_unspecified())
        };
        let is_its_port = self.base.port_or_known_default() == Some(address.port());
        is_its_port
            && match self.base.host() {
                Some(Host::Ipv4(here)) => listens(here.into()),
                Some(Host::Ipv6(here)) => listens(here.into()),
                _ => {
                    self.is_on_this_machine()
                        && (listens(Ipv4Addr::LOCALHOST.into())
                            || listens(Ipv6Addr::LOCALHOST.into()))
                }
            }
    }

    /// Whether nobody on the way can read what is sent.
    pub(crate) fn is_private(&self) -> bool {
        self.base.scheme() == "https" || self.is_on_this_machine()
    }

    /// The URL for a request's path and query. Dot segments are resolved first (RFC 3986 §5.2.4), within the path alone, so
    /// that none climbs above the base.
    pub(crate) fn url_of(&self, path: &str, query: Option<&str>) -> Url {
        let base = self.base.path().trim_end_matches('/');
        let mut url = self.base.clone();
        url.set_path(&format!("{base}{}", without_dot_segments(path)));
        url.set_query(query);
        url
    }
}

/// The path with its dot segments resolved. It begins with a slash.
///
/// A URL parser takes `\` for `/` and `%2e` for `.` (WHATWG URL §4.4). So does this, or it would leave the parser some.
fn without_dot_segments(path: &str) -> Cow<'_, str> {
    // The usual path has none of these: one pass finds that out.
    if !path.contains(['.', '%', '\\']) {
        return Cow::Borrowed(path);
    }
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut kept = Vec::new();
    let mut segments = path.split(['/', '\\']).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        // What a dot segment at the end names is a folder.
        if is_last {
            kept.push("");
        }
    }
    Cow::Owned(format!("/{}", kept.join("/")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(base: &str, path: &str) -> String {
        let upstream = Upstream::parse(base).unwrap();
        upstream.url_of(path, None).into()
    }

    #[test]
    fn a_path_goes_below_the_base() {
        for (base, path, whole) in [
            ("http://api.test", "/", "http://api.test/"),
            ("http://api.test", "/users", "http://api.test/users"),
            ("http://api.test/", "/users/", "http://api.test/users/"),
            ("http://api.test/v1", "/", "http://api.test/v1/"),
            ("http://api.test/v1", "/users", "http://api.test/v1/users"),
            ("http://api.test/v1/", "/users", "http://api.test/v1/users"),
            ("http://api.test/v1", "//users", "http://api.test/v1//users"),
            (
                "http://api.test",
                "//evil.test/",
                "http://api.test//evil.test/",
            ),
            ("http://api.test", "/a%2Fb%20c", "http://api.test/a%2Fb%20c"),
            (
                "http://api.test",
                "/@evil.test",
                "http://api.test/@evil.test",
            ),
            ("http://api.test", "/:1", "http://api.test/:1"),
            (
                "http://api.test",
                "/a.b/..c/...",
                "http://api.test/a.b/..c/...",
            ),
            (
                "http://api.test",
                "/%252e%252e/",
                "http://api.test/%252e%252e/",
            ),
        ] {
            assert_eq!(at(base, path), whole, "{base} {path}");
        }
    }

    #[test]
    fn dot_segments_are_resolved_and_never_climb_above_the_base() {
        for (path, below) in [
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("/..", "/"),
            ("/.", "/"),
            ("/../admin", "/admin"),
            ("/../../../../admin", "/admin"),
            ("/a/../../admin", "/admin"),
            ("/a//../b", "/a/b"),
            ("/%2e%2e/admin", "/admin"),
            ("/%2E./admin", "/admin"),
            ("/.%2e/%2e/admin", "/admin"),
            ("/a/%2e%2E", "/"),
            (r"/..\..\admin", "/admin"),
            (r"/a\..\admin", "/admin"),
            (r"/\..\..\admin", "/admin"),
            // It is data to the gateway, and to the upstream what it takes it for.
            ("/..%2fadmin", "/..%2fadmin"),
            ("/..;/admin", "/..;/admin"),
        ] {
            let whole = format!("http://api.test/v1{below}");
            assert_eq!(at("http://api.test/v1", path), whole, "{path}");
        }
    }

    #[test]
    fn a_query_is_the_requests_own() {
        let upstream = Upstream::parse("http://api.test/v1").unwrap();
        for (query, whole) in [
            (None, "http://api.test/v1/a"),
            (Some(""), "http://api.test/v1/a?"),
            (Some("b=/../c&d=%2e"), "http://api.test/v1/a?b=/../c&d=%2e"),
            (Some("b=c?d"), "http://api.test/v1/a?b=c?d"),
        ] {
            assert_eq!(upstream.url_of("/a", query).as_str(), whole);
        }
    }

    #[test]
    fn an_upstream_that_can_not_be_is_refused_without_showing_it() {
        for (text, why) in [
            ("hunter2", InvalidUpstream::NotHttp),
            ("ftp://hunter2", InvalidUpstream::NotHttp),
            ("http://ada:hunter2@api.test", InvalidUpstream::Userinfo),
            ("http://api.test/?key=hunter2", InvalidUpstream::Query),
            ("http://api.test/#hunter2", InvalidUpstream::Query),
        ] {
            let error = Upstream::parse(text).unwrap_err();
            assert_eq!(error, why, "{text}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn plain_http_is_private_on_this_machine_alone() {
        for (text, is_here, is_private) in [
            ("http://127.0.0.1:8000", true, true),
            ("http://[::1]/", true, true),
            ("https://localhost", true, true),
            ("http://api.localhost/v1", true, true),
            ("https://api.test", false, true),
            ("http://api.test", false, false),
            ("http://10.0.0.1", false, false),
            ("http://localhost.test", false, false),
        ] {
            let upstream = Upstream::parse(text).unwrap();
            let found = (upstream.is_on_this_machine(), upstream.is_private());
            assert_eq!(found, (is_here, is_private), "{text}");
        }
    }

    #[test]
    fn an_upstream_that_is_the_gateway_is_known() {
        for (text, address, is_at) in [
            ("http://127.0.0.1:9000/v1", "127.0.0.1:9000", true),
            ("http://localhost:9000", "127.0.0.1:9000", true),
            ("http://localhost:9000", "[::1]:9000", true),
            ("http://127.0.0.1", "0.0.0.0:80", true),
            ("http://10.1.2.3:9000", "10.1.2.3:9000", true),
            ("http://127.0.0.1:9000", "127.0.0.1:9001", false),
            ("http://127.0.0.2:9000", "127.0.0.1:9000", false),
            ("http://10.1.2.4:9000", "10.1.2.3:9000", false),
            ("http://api.test:9000", "127.0.0.1:9000", false),
        ] {
            let upstream = Upstream::parse(text).unwrap();
            assert_eq!(
                upstream.is_at(address.parse().unwrap()),
                is_at,
                "{text} {address}"
            );
        }
    }

    proptest! {
        #[test]
        fn it_resolves_what_a_url_parser_would(path in r"/[a.%2eE/\\]{0,16}") {
            // Two slashes at the beginning would be a host to the parser, not to us.
            prop_assume!(!path.starts_with("//") && !path.starts_with(r"/\"));
            let parsed = Url::parse("http://api.test").unwrap().join(&path).unwrap();
            prop_assert_eq!(at("http://api.test", &path), parsed.as_str());
        }

        #[test]
        fn nothing_leads_out_of_the_base(path in r#"/[a.%25ce/\\:@;"{}|^]{0,24}"#) {
            let url = at("http://api.test/v1", &path);
            prop_assert!(url.starts_with("http://api.test/v1/"), "{}", url);
            prop_assert!(!url.contains("/../") && !url.ends_with("/.."), "{}", url);
        }
    }
}

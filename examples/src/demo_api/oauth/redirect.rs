//! Where a browser goes back to: a port of the user's own machine (RFC 8252 §7.3), and nowhere else.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

/// The redirect URI of a client that listens on loopback, on any port and any path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoopbackUri {
    url: Url,
    text: String,
}

impl LoopbackUri {
    /// By its address: a name may lead elsewhere (RFC 8252 §8.3).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_loopback = match url.host()? {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(_) => false,
        };
        let is_plain = url.scheme() == "http"
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let text = text.to_owned();
        (is_loopback && is_plain).then_some(Self { url, text })
    }

    /// As the client wrote it, which is how it must write it again (RFC 6749 §4.1.3).
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The way back for one authorization request.
#[derive(Debug)]
pub(super) struct WayBack {
    pub(super) uri: LoopbackUri,
    pub(super) state: Option<String>,
    /// Who answers (RFC 9207).
    pub(super) issuer: String,
}

impl WayBack {
    /// A redirect with these parameters. Those that the URI has stay (RFC 6749 §3.1.2).
    pub(super) fn with(self, parameters: &[(&str, &str)]) -> Redirect {
        let mut url = self.uri.url;
        let mut query = url.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        drop(query);
        Redirect(url.into())
    }
}

/// Sends a browser on, by GET (RFC 9700 §4.12).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redirect(String);

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let headers = [
            (LOCATION, self.0.as_str()),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
        ];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_own_machine_are_loopback() {
        for text in [
            "http://127.0.0.1:4711/callback",
            "http://127.0.0.1/",
            "http://127.0.0.1:1/a?b=c",
            "http://[::1]:4711/callback",
        ] {
            assert!(LoopbackUri::parse(text).is_some(), "{text}");
        }
        for text in [
            "http://localhost:4711/callback",
            "https://127.0.0.1:4711/callback",
            "http://127.0.0.1.example.com/",
            "http://example.com/",
            "http://127.0.0.1:4711/#f",
            "http://user@127.0.0.1/",
            "http://:p@127.0.0.1/",
            "http://[::2]/",
            "app:/callback",
            "/callback",
            "",
        ] {
            assert!(LoopbackUri::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn parameters_join_those_of_the_uri() {
        let way_back = WayBack {
            uri: LoopbackUri::parse("http://127.0.0.1:1/back?keep=1").unwrap(),
            state: Some("a b&c".to_owned()),
            issuer: "http://127.0.0.1:8000".to_owned(),
        };
        let redirect = way_back.with(&[("code", "x/y")]);
        let expected = "http://127.0.0.1:1/back?keep=1&code=x%2Fy&state=a+b%26c&iss=http%3A%2F%2F127.0.0.1%3A8000";
        assert_eq!(redirect, Redirect(expected.to_owned()));
    }
}

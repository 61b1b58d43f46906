//! Headers without what may be secret in them.

use std::fmt::Write as _;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{REDACTED, Redaction};

/// Headers that say how the two sides talk and what they talk about, never who talks.
const ALLOWED: [HeaderName; 47] = [
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::ACCEPT_RANGES,
    header::AGE,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::ETAG,
    header::EXPECT,
    header::EXPIRES,
    header::HOST,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
    header::LAST_MODIFIED,
    header::PRAGMA,
    header::RANGE,
    header::RETRY_AFTER,
    header::SERVER,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::USER_AGENT,
    header::VARY,
    header::VIA,
    // W3C Trace Context, and the ids by which one asks about a request.
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-correlation-id"),
    // draft-ietf-httpapi-ratelimit-headers, and what most use in place of it.
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("retry-after-ms"),
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
];

pub(super) fn allowed() -> Vec<HeaderName> {
    ALLOWED.to_vec()
}

impl Redaction {
    /// The headers in one line, `name: "value"` each. A `Location` is relative to `url`.
    pub(crate) fn headers(&self, headers: &HeaderMap, url: &Url) -> String {
        let mut shown = String::new();
        for (name, value) in headers {
            let separator = if shown.is_empty() { "" } else { ", " };
            let _ = write!(shown, "{separator}{name}: ");
            // Writing into a string can't fail. `Debug` of a value escapes what isn't visible ASCII.
            let _ = match self.location(name, value, url) {
                Some(location) => write!(shown, "{location:?}"),
                None if self.allows_header(name, value) => write!(shown, "{value:?}"),
                None => write!(shown, "{REDACTED}"),
            };
        }
        shown
    }

    /// Whether this value may be shown.
    pub(crate) fn allows_header(&self, name: &HeaderName, value: &HeaderValue) -> bool {
        !value.is_sensitive() && self.headers.contains(name)
    }

    /// Where a redirect leads (RFC 9110 §10.2.2), shown as any other URL is.
    fn location(&self, name: &HeaderName, value: &HeaderValue, url: &Url) -> Option<String> {
        if *name != header::LOCATION || value.is_sensitive() || self.headers.contains(name) {
            return None;
        }
        let location = url.join(value.to_str().ok()?).ok()?;
        Some(self.url(&location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(redaction: &Redaction, name: &'static str, value: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(value).unwrap();
        headers.insert(HeaderName::from_static(name), value);
        let url = "https://api.test/a/b?key=hunter2".parse().unwrap();
        redaction.headers(&headers, &url)
    }

    #[test]
    fn headers_show_names_and_allowed_values_alone() {
        let redaction = Redaction::new().allow_header(HeaderName::from_static("x-tenant"));
        for (name, value, line) in [
            ("accept", "a/b, c/d", r#"accept: "a/b, c/d""#),
            ("etag", r#""v1""#, r#"etag: "\"v1\"""#),
            ("x-tenant", "acme", r#"x-tenant: "acme""#),
            ("x-tenants", "hunter2", "x-tenants: REDACTED"),
            ("authorization", "Bearer hunter2", "authorization: REDACTED"),
            (
                "proxy-authorization",
                "hunter2",
                "proxy-authorization: REDACTED",
            ),
            ("cookie", "id=hunter2", "cookie: REDACTED"),
            ("set-cookie", "id=hunter2", "set-cookie: REDACTED"),
            ("x-api-key", "hunter2", "x-api-key: REDACTED"),
            ("idempotency-key", "hunter2", "idempotency-key: REDACTED"),
            ("referer", "https://a.test/?hunter2", "referer: REDACTED"),
            (
                "www-authenticate",
                "Bearer realm=\"hunter2\"",
                "www-authenticate: REDACTED",
            ),
            ("link", "<https://a.test/?hunter2>", "link: REDACTED"),
            (
                "location",
                "https://ada:hunter2@b.test/c?code=hunter2&page=1#hunter2",
                r#"location: "https://b.test/c?code=REDACTED&page=1""#,
            ),
            (
                "location",
                "../c?hunter2",
                r#"location: "https://api.test/c?REDACTED""#,
            ),
            ("location", "https://[hunter2", "location: REDACTED"),
        ] {
            assert_eq!(shown(&redaction, name, value.as_bytes()), line);
        }
    }

    #[test]
    fn what_cannot_be_read_is_escaped_or_hidden() {
        let redaction = Redaction::new();
        assert_eq!(
            shown(&redaction, "server", b"a\xffb\tc"),
            "server: \"a\\xffb\tc\""
        );
        assert_eq!(
            shown(&redaction, "location", b"/\xff"),
            "location: REDACTED"
        );
    }

    #[test]
    fn a_value_that_is_marked_sensitive_stays_hidden_on_any_list() {
        let redaction = Redaction::new().allow_header(header::LOCATION);
        for name in [header::ACCEPT, header::LOCATION] {
            let mut value = HeaderValue::from_static("hunter2");
            value.set_sensitive(true);
            let headers = HeaderMap::from_iter([(name, value)]);
            let line = redaction.headers(&headers, &"http://a.test".parse().unwrap());
            assert!(!line.contains("hunter2"), "{line}");
        }
    }

    #[test]
    fn a_header_that_comes_twice_is_shown_twice() {
        let mut headers = HeaderMap::new();
        headers.append(header::VARY, HeaderValue::from_static("a"));
        headers.append(header::VARY, HeaderValue::from_static("b"));
        let line = Redaction::new().headers(&headers, &"http://a.test".parse().unwrap());
        assert_eq!(line, r#"vary: "a", vary: "b""#);
    }
}

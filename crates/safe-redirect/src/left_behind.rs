//! The headers that don't go along.

use http::header::{
    AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_LOCATION, CONTENT_RANGE, CONTENT_TYPE, COOKIE, EXPECT, HOST, LAST_MODIFIED, ORIGIN,
    PROXY_AUTHORIZATION, REFERER, TRAILER, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderName};

use crate::decision::Reach;

/// What the common APIs call their credentials, beside those that HTTP defines. Whatever is marked sensitive is one too.
pub(crate) const CREDENTIALS: [&str; 32] = [
    "api-key",
    "apikey",
    "authentication",
    "circle-token",
    "cookie2",
    "dpop",
    "idempotency-key",
    "job-token",
    "ocp-apim-subscription-key",
    "private-token",
    "signature",
    "signature-input",
    "x-access-token",
    "x-amz-security-token",
    "x-api-key",
    "x-api-token",
    "x-apikey",
    "x-auth-key",
    "x-auth-token",
    "x-authorization",
    "x-csrf-token",
    "x-functions-key",
    "x-goog-api-key",
    "x-goog-iam-authorization-token",
    "x-ms-authorization-auxiliary",
    "x-rapidapi-key",
    "x-session-id",
    "x-session-token",
    "x-shopify-access-token",
    "x-token",
    "x-vault-token",
    "x-xsrf-token",
];

/// What describes a body, and goes with it (RFC 9110 §15.4, §8).
const CONTENT: [HeaderName; 12] = [
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_LOCATION,
    CONTENT_RANGE,
    CONTENT_TYPE,
    EXPECT,
    LAST_MODIFIED,
    TRAILER,
    TRANSFER_ENCODING,
    HeaderName::from_static("idempotency-key"),
];

/// Digests of a body, by RFC 9530 and by those before it.
const DIGESTS: [&str; 4] = ["content-digest", "content-md5", "digest", "repr-digest"];

/// Takes away what describes a request that isn't repeated.
pub(crate) fn leave_content(headers: &mut HeaderMap) {
    for name in CONTENT {
        headers.remove(name);
    }
    for name in DIGESTS {
        headers.remove(name);
    }
}

/// Takes away what must not go that far. `more` are names of credentials that the caller has added.
pub(crate) fn leave_secrets(headers: &mut HeaderMap, reach: Reach, more: &[HeaderName]) {
    if reach == Reach::Within {
        return;
    }
    // It names the host that the request goes to no longer.
    headers.remove(HOST);
    if reach == Reach::Allowed {
        return;
    }
    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, REFERER, ORIGIN] {
        headers.remove(name);
    }
    for name in CREDENTIALS {
        headers.remove(name);
    }
    for name in more {
        headers.remove(name);
    }
    let sensitive = headers
        .iter()
        .filter(|(_, value)| value.is_sensitive())
        .map(|(name, _)| name.clone());
    for name in sensitive.collect::<Vec<_>>() {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(names: &[&'static str]) -> HeaderMap {
        names
            .iter()
            .map(|name| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static("hunter2"),
                )
            })
            .collect()
    }

    fn left(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn no_credential_goes_to_another_origin_by_any_name() {
        let own = HeaderName::from_static("x-acme-key");
        let mut all = headers(&CREDENTIALS);
        all.extend(headers(&[
            "authorization",
            "cookie",
            "proxy-authorization",
            "x-acme-key",
        ]));
        all.extend(headers(&["host", "referer", "origin", "accept"]));
        let mut marked = HeaderValue::from_static("hunter2");
        marked.set_sensitive(true);
        all.append("x-any", HeaderValue::from_static("plain"));
        all.append("x-any", marked);
        leave_secrets(&mut all, Reach::Beyond, &[own]);
        assert_eq!(left(&all), ["accept"]);
    }

    #[test]
    fn an_allowed_origin_gets_all_but_the_host() {
        let mut all = headers(&["authorization", "host", "x-api-key"]);
        leave_secrets(&mut all, Reach::Allowed, &[]);
        assert_eq!(left(&all), ["authorization", "x-api-key"]);
    }

    #[test]
    fn within_the_origin_nothing_is_left_behind() {
        let mut all = headers(&["authorization", "host", "x-api-key"]);
        leave_secrets(&mut all, Reach::Within, &[]);
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn what_describes_a_body_goes_with_it() {
        let mut all = headers(&[
            "content-type",
            "content-digest",
            "accept",
            "idempotency-key",
            "expect",
        ]);
        leave_content(&mut all);
        assert_eq!(left(&all), ["accept"]);
    }

    #[test]
    fn the_list_is_in_order_and_lower_case() {
        assert!(CREDENTIALS.is_sorted());
        for name in CREDENTIALS {
            assert_eq!(HeaderName::from_static(name).as_str(), name);
        }
    }
}

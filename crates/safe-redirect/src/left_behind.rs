//! The headers that don't go along.

use http::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION,
    CONTENT_RANGE, CONTENT_TYPE, EXPECT, HOST, LAST_MODIFIED, ORIGIN, REFERER, TRAILER,
    TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderName};
use request_context::is_credential_name;

use crate::decision::Reach;

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

/// The method that a server should take for the one it gets: a `GET` that follows would delete what it should show.
const METHODS: [&str; 3] = [
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Digests of a body, by RFC 9530 and by those before it.
const DIGESTS: [&str; 4] = ["content-digest", "content-md5", "digest", "repr-digest"];

/// Takes away what describes a request that isn't repeated.
pub(crate) fn leave_content(headers: &mut HeaderMap) {
    for name in CONTENT {
        headers.remove(name);
    }
    for name in DIGESTS.into_iter().chain(METHODS) {
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
    headers.remove(REFERER);
    headers.remove(ORIGIN);
    let secret = headers.iter().filter(|(name, value)| {
        value.is_sensitive() || is_credential_name(name) || more.contains(name)
    });
    let secret = secret.map(|(name, _)| name.clone());
    for name in secret.collect::<Vec<_>>() {
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
        let own = HeaderName::from_static("x-acme-door");
        let mut all = headers(&[
            "apca-api-secret-key",
            "api-key",
            "apikey",
            "authentication",
            "authorization",
            "circle-token",
            "cookie",
            "cookie2",
            "dd-application-key",
            "dpop",
            "idempotency-key",
            "ocp-apim-subscription-key",
            "private-token",
            "proxy-authorization",
            "signature-input",
            "token",
            "x-access-token",
            "x-acme-door",
            "x-algolia-api-key",
            "x-amz-security-token",
            "x-auth-email",
            "x-client-secret",
            "x-csrf",
            "x-goog-iam-authorization-token",
            "x-hub-signature-256",
            "x-jwt-assertion",
            "x-otp",
            "x-password",
            "x-session-id",
            "x-xsrf-token",
        ]);
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
            "x-http-method-override",
        ]);
        leave_content(&mut all);
        assert_eq!(left(&all), ["accept"]);
    }

    #[test]
    fn what_is_no_credential_goes_along() {
        let plain = [
            "accept",
            "accept-language",
            "if-none-match",
            "range",
            "traceparent",
            "user-agent",
            "x-request-id",
        ];
        let mut all = headers(&plain);
        leave_secrets(&mut all, Reach::Beyond, &[]);
        assert_eq!(left(&all), plain);
    }
}

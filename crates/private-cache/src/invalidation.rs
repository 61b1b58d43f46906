//! What a request changes (RFC 9111 §4.4).

use http::header::{CONTENT_LOCATION, LOCATION};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use url::Url;

/// Whether a request by this method changes nothing (RFC 9110 §9.2.1). Of an unknown method nobody knows.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// What has changed after such an answer to a request that isn't safe: what was asked for, and what the answer names of the
/// same origin. Nothing after an error.
pub(crate) fn changed(url: &Url, status: StatusCode, answer: &HeaderMap) -> Vec<Url> {
    if !status.is_success() && !status.is_redirection() {
        return Vec::new();
    }
    let named = [LOCATION, CONTENT_LOCATION].map(|name| named(url, answer, &name));
    let mut changed = vec![url.clone()];
    changed.extend(
        named
            .into_iter()
            .flatten()
            .filter(|named| named.origin() == url.origin()),
    );
    changed
}

fn named(url: &Url, answer: &HeaderMap, name: &HeaderName) -> Option<Url> {
    url.join(answer.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_methods_that_are_known_to_be_safe_are() {
        for (method, safe) in [
            ("GET", true),
            ("HEAD", true),
            ("OPTIONS", true),
            ("TRACE", true),
            ("POST", false),
            ("PUT", false),
            ("PATCH", false),
            ("DELETE", false),
            ("M-SEARCH", false),
            ("get", false),
        ] {
            assert_eq!(is_safe(&method.parse().unwrap()), safe, "{method}");
        }
    }

    #[test]
    fn what_the_answer_names_of_the_same_origin_has_changed_too() {
        let asked = url("https://a.test/items");
        let after = |status: u16, lines: &[(HeaderName, &str)]| -> Vec<String> {
            let answer = lines
                .iter()
                .map(|(name, value)| (name.clone(), value.parse().unwrap()));
            let status = StatusCode::from_u16(status).unwrap();
            let changed = changed(&asked, status, &answer.collect());
            changed.into_iter().map(String::from).collect()
        };
        assert_eq!(after(200, &[]), ["https://a.test/items"]);
        assert_eq!(after(303, &[]), ["https://a.test/items"]);
        for status in [400, 404, 500, 503] {
            assert!(after(status, &[]).is_empty(), "{status}");
        }
        let named = [(LOCATION, "/items/7"), (CONTENT_LOCATION, "items/8?a")];
        let expected = [
            "https://a.test/items",
            "https://a.test/items/7",
            "https://a.test/items/8?a",
        ];
        assert_eq!(after(201, &named), expected);
        for elsewhere in [
            "https://b.test/x",
            "http://a.test/x",
            "https://a.test:8443/x",
            "//b.test/",
        ] {
            assert_eq!(after(201, &[(LOCATION, elsewhere)]).len(), 1, "{elsewhere}");
        }
    }
}

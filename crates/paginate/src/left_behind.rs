//! The headers that don't go to another origin.

use http::header::{
    ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CACHE_CONTROL, PRAGMA, USER_AGENT,
};
use http::{HeaderMap, HeaderName};

use crate::PageRequest;

/// What may go anywhere. A list of what may not would always lack somebody's API key.
const HARMLESS: [HeaderName; 7] = [
    ACCEPT,
    ACCEPT_CHARSET,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    PRAGMA,
    USER_AGENT,
];

impl PageRequest {
    /// Makes the headers of this page's request of the caller's: sets those that it [has of its own](Self::headers).
    ///
    /// If it [goes without credentials](Self::goes_without_credentials), nothing else of the caller's is left than `Accept`,
    /// `Accept-Charset`, `Accept-Encoding`, `Accept-Language`, `Cache-Control`, `Pragma` and `User-Agent`, and of these none
    /// that is marked sensitive.
    pub fn change_headers(&self, headers: &mut HeaderMap) {
        if self.goes_without_credentials() {
            let all = std::mem::take(headers);
            for name in HARMLESS {
                let values = all.get_all(&name).iter();
                for value in values.filter(|value| !value.is_sensitive()) {
                    headers.append(name.clone(), value.clone());
                }
            }
        }
        for (name, value) in self.headers() {
            headers.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    fn callers() -> HeaderMap {
        headers(&[
            ("accept", "application/json"),
            ("accept", "text/plain"),
            ("authorization", "Bearer hunter2"),
            ("cookie", "session=hunter2"),
            ("host", "api.test"),
            ("idempotency-key", "1"),
            ("origin", "https://api.test"),
            ("referer", "https://api.test/hunter2"),
            ("user-agent", "test"),
            ("x-anything", "hunter2"),
            ("x-api-key", "hunter2"),
        ])
    }

    fn away() -> PageRequest {
        PageRequest::to_link("https://evil.test/".parse().unwrap(), true)
    }

    #[test]
    fn within_the_origin_all_headers_go_along() {
        let mut changed = callers();
        PageRequest::new().change_headers(&mut changed);
        assert_eq!(changed, callers());
    }

    #[test]
    fn a_header_of_the_page_replaces_the_callers() {
        let token = HeaderValue::from_static("2");
        let page = PageRequest::new().with_header(ACCEPT, token.clone());
        let mut changed = callers();
        page.change_headers(&mut changed);
        assert_eq!(changed.get_all(ACCEPT).iter().collect::<Vec<_>>(), [&token]);
        assert_eq!(changed.len(), callers().len() - 1);
    }

    #[test]
    fn to_another_origin_only_what_is_harmless_goes() {
        let mut changed = callers();
        away().change_headers(&mut changed);
        let harmless = [
            ("accept", "application/json"),
            ("accept", "text/plain"),
            ("user-agent", "test"),
        ];
        assert_eq!(changed, headers(&harmless));
    }

    #[test]
    fn to_another_origin_nothing_goes_that_is_marked_sensitive() {
        let mut agent = HeaderValue::from_static("hunter2");
        agent.set_sensitive(true);
        let mut changed = HeaderMap::from_iter([(USER_AGENT, agent)]);
        away().change_headers(&mut changed);
        assert!(changed.is_empty());
    }
}

//! Where a `Location` leads (RFC 9110 §10.2.2).

use http::HeaderMap;
use http::header::LOCATION;
use url::Url;

/// Where the answer to a request for this URL leads. None if it doesn't say so, or not so that it can be understood.
///
/// A reference without a fragment inherits that of the URL. Userinfo is left out: it is no credential that the caller gave,
/// and most likely obscures the host (RFC 9110 §4.2.4).
pub(crate) fn location(headers: &HeaderMap, url: &Url) -> Option<Url> {
    let mut values = headers.get_all(LOCATION).iter();
    let value = values.next()?;
    // Nobody can tell which of several is meant.
    if values.any(|other| other != value) {
        return None;
    }
    let reference = std::str::from_utf8(value.as_bytes()).ok()?;
    let mut target = url.join(reference).ok()?;
    if target.fragment().is_none() {
        target.set_fragment(url.fragment());
    }
    // A URL that can't have any keeps none.
    let _ = target
        .set_username("")
        .and_then(|()| target.set_password(None));
    Some(target)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn from(url: &str, locations: &[&str]) -> Option<String> {
        let values = locations
            .iter()
            .map(|text| (LOCATION, HeaderValue::from_bytes(text.as_bytes()).unwrap()));
        let found = location(&values.collect(), &url.parse().unwrap());
        found.map(String::from)
    }

    #[test]
    fn a_reference_is_resolved_against_the_url_that_was_asked_for() {
        let url = "https://ada:pw@a.test:8443/x/y?q=1";
        for (reference, target) in [
            ("/z", "https://a.test:8443/z"),
            ("z", "https://a.test:8443/x/z"),
            ("../z?r=2", "https://a.test:8443/z?r=2"),
            ("?r=2", "https://a.test:8443/x/y?r=2"),
            ("", "https://a.test:8443/x/y?q=1"),
            ("//b.test/z", "https://b.test/z"),
            ("https://b.test", "https://b.test/"),
            ("HTTP://B.test:80/z", "http://b.test/z"),
            ("https://eve:pw@b.test/z", "https://b.test/z"),
            ("https://a.test:8443@b.test/z", "https://b.test/z"),
            ("\\\\b.test\\z", "https://b.test/z"),
            ("/caf\u{e9}", "https://a.test:8443/caf%C3%A9"),
            ("mailto:ada@b.test", "mailto:ada@b.test"),
        ] {
            assert_eq!(
                from(url, &[reference]).as_deref(),
                Some(target),
                "{reference:?}"
            );
        }
    }

    #[test]
    fn a_fragment_is_inherited_unless_there_is_a_new_one() {
        let url = "https://a.test/x#part";
        for (reference, target) in [
            ("/z", "https://a.test/z#part"),
            ("https://b.test/", "https://b.test/#part"),
            ("/z#other", "https://a.test/z#other"),
            ("/z#", "https://a.test/z#"),
        ] {
            assert_eq!(
                from(url, &[reference]).as_deref(),
                Some(target),
                "{reference:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_understood_leads_nowhere() {
        let url = "https://a.test/x";
        assert_eq!(from(url, &[]), None);
        assert_eq!(from(url, &["https://[::/"]), None);
        assert_eq!(from(url, &["https://"]), None);
        assert_eq!(from(url, &["/z", "//b.test/z"]), None);
        assert_eq!(
            from(url, &["/z", "/z"]).as_deref(),
            Some("https://a.test/z")
        );
        let latin =
            HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(b"/caf\xe9").unwrap())]);
        assert_eq!(location(&latin, &url.parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_userinfo_is_ever_left(reference in "[ -~]{0,40}") {
            let url = "https://ada:pw@a.test/x";
            if let Some(target) = from(url, &[&reference]) {
                let target: Url = target.parse().unwrap();
                prop_assert!(target.username().is_empty() && target.password().is_none());
            }
        }
    }
}

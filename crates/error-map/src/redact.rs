//! What of a URL may be shown.

use std::borrow::Cow;

use url::Url;

/// The URL without userinfo, query and fragment, any of which may hold a secret.
pub(crate) fn url(url: &Url) -> Url {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // These fail for URLs that can't have userinfo, so there is none to remove.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown
}

/// The text with each URL in it cut down to that. It is borrowed if there was nothing to cut.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(ends_url).unwrap_or(after.len());
        let (url, after) = after.split_at(end);
        let end = url.find(['/', '?', '#']).unwrap_or(url.len());
        let (authority, path) = url.split_at(end);
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (path, secret) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
        // What closes a bracket or a quote, or escapes one, is no part of the URL, though it might be.
        let closing = secret
            .ends_with([')', '\\', '`', '\''])
            .then(|| &secret[secret.len() - 1..]);
        for part in [before, host, path, closing.unwrap_or_default()] {
            shown.push_str(part);
        }
        rest = after;
    }
    shown.push_str(rest);
    if shown == text {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shown)
}

/// A URL has none of these, since they are percent-encoded in it.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scheme_host_port_and_path_are_left() {
        for (whole, shown) in [
            (
                "https://ada:hunter2@api.test:8443/a/b?key=hunter2#hunter2",
                "https://api.test:8443/a/b",
            ),
            ("http://api.test", "http://api.test/"),
            ("data:text/plain,x?hunter2", "data:text/plain,x"),
        ] {
            assert_eq!(url(&whole.parse().unwrap()).as_str(), shown);
        }
    }

    #[test]
    fn each_url_in_a_text_is_cut_down() {
        for (whole, shown) in [
            (
                "for url (http://a.test/b?key=hunter2)",
                "for url (http://a.test/b)",
            ),
            (
                "(http://a.test/?k=hunter2)hunter2) failed",
                "(http://a.test/) failed",
            ),
            (
                r#"url: "http://a.test/b?hunter2", x: 1"#,
                r#"url: "http://a.test/b", x: 1"#,
            ),
            (
                r#""\"http://a.test/b#hunter2\"""#,
                r#""\"http://a.test/b\"""#,
            ),
            ("http://ada:hunter2@a.test", "http://a.test"),
            (
                "http://a:hunter2@b:hunter2@c/x and ws://d?hunter2",
                "http://c/x and ws://d",
            ),
            ("http://a.test/?hunter2\nnext", "http://a.test/\nnext"),
            ("http://a.test?x=http://b?hunter2", "http://a.test"),
        ] {
            assert_eq!(text(whole), shown);
        }
    }

    #[test]
    fn a_text_without_a_secret_is_left_alone() {
        for clean in [
            "",
            "really?",
            "a@b",
            "at http://a.test/b (again)",
            "http://a.test",
            "://",
        ] {
            assert!(matches!(text(clean), Cow::Borrowed(_)), "{clean}");
        }
    }

    proptest! {
        #[test]
        fn no_query_that_a_url_can_have_is_shown(before in ".{0,9}", after in ".{0,9}", around in ".{0,9}") {
            let mut url: Url = "http://ada:hunter2@api.test/x".parse().unwrap();
            url.set_query(Some(&format!("{before}hunter2{after}hunter2")));
            url.set_fragment(Some("hunter2"));
            let shown = format!("{around}({url}){around}");
            for whole in [format!("{shown:?}"), format!("{:?}", Some(&shown)), shown] {
                prop_assert!(!text(&whole).contains("hunter2"), "{}", text(&whole));
            }
        }
    }
}

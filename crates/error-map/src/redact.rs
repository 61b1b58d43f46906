//! What of a URL, and of a text that others made, may be shown.

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

/// The text without what texts are known to show: of each URL in it the query, the userinfo and the fragment, relative ones
/// too; values that serde quotes; bytes; a header that hyper does not like. It is borrowed if there was nothing to hide.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if let Some(instead) = quoted_value(text) {
        return Cow::Owned(instead);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = hide_header(text);
    while let Some(at) = rest.find(ends_url) {
        let (token, after) = rest.split_at(at);
        shown.push_str(&reference(token));
        // Within a text that is itself shown as one, a quote is escaped.
        let (before, escapes) = token.split_at(token.trim_end_matches('\\').len());
        let before = before.strip_suffix('b');
        let is_of_bytes = before.is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        if let Some(after) = after_bytes(after, escapes.len()).filter(|_| is_of_bytes) {
            shown.extend(["\"..", escapes, "\""]);
            rest = after;
            continue;
        }
        let separator = after.chars().next().map_or(0, char::len_utf8);
        let (separator, after) = after.split_at(separator);
        shown.push_str(separator);
        rest = after;
    }
    shown.push_str(&reference(rest));
    if shown == text {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shown)
}

/// A URL has none of these, since they are percent-encoded in it.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '<' | '>')
}

/// A word without the secrets of the URL or relative reference that it may be (RFC 3986 §4.1).
fn reference(token: &str) -> String {
    let (mut rest, secret) = token.split_at(end_of_path(token));
    let mut shown = String::with_capacity(token.len());
    while let Some(at) = rest.find("//") {
        let (before, after) = rest.split_at(at + 2);
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        shown.push_str(before);
        shown.push_str(
            authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host),
        );
        rest = path;
    }
    shown.push_str(rest);
    // What closes a bracket or a quote, or escapes one, is no part of the URL, though it might be.
    if secret.ends_with([')', '\\', '`', '\'']) {
        shown.push_str(&secret[secret.len() - 1..]);
    }
    shown
}

/// Where the query or the fragment begins, if that is what it is.
fn end_of_path(token: &str) -> usize {
    let scheme = token.find("://").unwrap_or(token.len());
    let (last_equals, last_letter) = (token.rfind('='), token.rfind(char::is_alphanumeric));
    let begins_path = token
        .trim_start_matches(['(', '`', '\''])
        .starts_with(['/', '.']);
    let mut marks = token.match_indices(['?', '#']);
    let end = marks.find(|(at, mark)| {
        // `a?x`, `/a#x` and `a#x=y`, but not `why?` and `owner/repo#12`.
        let is_relative = *mark == "?" || begins_path || last_equals > Some(*at);
        scheme < *at || (is_relative && last_letter > Some(*at))
    });
    end.map_or(token.len(), |(at, _)| at)
}

/// What follows a list of bytes that is shown as text, as in `b"\x00"`, whose quotes have so many backslashes before them.
fn after_bytes(quoted: &str, escapes: usize) -> Option<&str> {
    let mut backslashes = 0;
    let (end, _) = quoted.strip_prefix('"')?.char_indices().find(|(_, c)| {
        // Escaping makes twice as many of them and one more: 0, 1, 3, and of a quote within the bytes 1, 3, 7.
        let ends = *c == '"' && backslashes % (2 * (escapes + 1)) == escapes;
        backslashes = if *c == '\\' { backslashes + 1 } else { 0 };
        ends
    })?;
    quoted.get(end + 2..)
}

/// hyper shows a trailer that is none.
fn hide_header(text: &str) -> &str {
    let marks = ["Invalid header name: ", "Invalid header value: "];
    let end = marks.iter().find_map(|mark| text.find(mark));
    end.map_or(text, |end| &text[..end + "Invalid header".len()])
}

/// What to say in place of a text in which serde quotes what it found, with the place if there is one.
fn quoted_value(text: &str) -> Option<String> {
    let marks = [
        "invalid type: ",
        "invalid value: ",
        "unknown variant `",
        "unknown field `",
    ];
    let place = place(text);
    let is_quoting = place.is_some() || marks.iter().any(|mark| text.contains(mark));
    is_quoting.then(|| format!("{OTHER_FORM}{}", place.unwrap_or_default()))
}

/// What is told of a value.
pub(crate) const OTHER_FORM: &str = "a value of another form";

/// Where serde's formats say that they were: ` at line 1 column 2`.
fn place(text: &str) -> Option<&str> {
    let at = text.rfind(" at line ")?;
    let (line, column) = text[at + " at line ".len()..].split_once(" column ")?;
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len())
    };
    let end = text.len() - column.len() + digits(column);
    (digits(line) == line.len() && !line.is_empty() && digits(column) > 0).then(|| &text[at..end])
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
            ("at /x?key=hunter2, twice", "at /x twice"),
            ("at users?key=hunter2", "at users"),
            ("at users?hunter2", "at users"),
            ("at ?hunter2", "at "),
            ("at users#access_token=hunter2", "at users"),
            ("at /cb#access_token=hunter2", "at /cb"),
            ("as in owner/repo#12", "as in owner/repo#12"),
            ("what? nothing=1", "what? nothing=1"),
            ("at `/x?hunter2`", "at `/x`"),
            (r#"path: "/x?hunter2""#, r#"path: "/x""#),
            ("//ada:hunter2@a.test/b", "//a.test/b"),
            ("(b\"hunter2\\\"hunter2\")", "(b\"..\")"),
            (
                r#"("went (b\"hunter2\\\"hunter2\\\\\") away")"#,
                r#"("went (b\"..\") away")"#,
            ),
            (r#""b\\\"hunter2\\\\\\\"hunter2\\\"x""#, r#""b\\\"..\\\"x""#),
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
            "and/or?",
            "is it a/b? no",
            "issue#12",
            "a // b@c",
            "grab\"this\"",
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

//! From what a caller asks for to a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::base_url::BaseUrl;

/// Everything that RFC 3986 §3.3 doesn't allow in a segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What a request can be made for.
///
/// - A path such as `"users/7?full=true"` is appended to the base URL's path. A leading slash makes no difference: with
///   the base `https://api.test/v1`, both `users` and `/users` are `https://api.test/v1/users`. An empty path is the
///   base URL itself. A path can't climb: `.` and `..` in it are an error.
/// - Segments such as `["users", id]` are appended one by one, each escaped, so that an id of `../admin` or `a/b`
///   stays one segment. Segments that are empty, `.` or `..` are an error, since no escaping keeps them what they are.
/// - An absolute `http` or `https` URL, as text or as a [`Url`], is used as it is.
pub trait IntoTarget: sealed::Sealed {
    #[doc(hidden)]
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget>;
}

/// Why no URL could be made of what a caller asked for. It is the source of an error of kind
/// [`Builder`](crate::ErrorKind::Builder).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// A path or segment is `.` or `..`.
    #[error("a path segment is . or ..")]
    DotSegment,
    /// A segment is empty.
    #[error("a path segment is empty")]
    EmptySegment,
    /// The text is not a URL.
    #[error("not a URL")]
    NotAUrl,
    /// The base URL is none.
    #[error("the base URL is not a URL with a scheme and a host")]
    BaseUrl,
    /// The URL is neither `http` nor `https`.
    #[error("neither an http nor an https URL")]
    NotHttp,
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for Url {}
impl IntoTarget for Url {
    fn resolve(self, _base: &BaseUrl) -> Result<Url, InvalidTarget> {
        match self.scheme() {
            "http" | "https" => Ok(self),
            _ => Err(InvalidTarget::NotHttp),
        }
    }
}

impl sealed::Sealed for &Url {}
impl IntoTarget for &Url {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        self.clone().resolve(base)
    }
}

impl sealed::Sealed for &str {}
impl IntoTarget for &str {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        if is_absolute(self) {
            return Url::parse(self).map_err(|_| InvalidTarget::NotAUrl);
        }
        let (path_and_query, fragment) = split(self, '#');
        let (path, query) = split(path_and_query, '?');
        if has_dot_segment(path) {
            return Err(InvalidTarget::DotSegment);
        }
        let mut url = match path {
            "" => base.copy(),
            path => base.append(path.strip_prefix('/').unwrap_or(path)),
        };
        if query.is_some() {
            url.set_query(query);
        }
        if fragment.is_some() {
            url.set_fragment(fragment);
        }
        Ok(url)
    }
}

impl sealed::Sealed for String {}
impl IntoTarget for String {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        self.as_str().resolve(base)
    }
}

impl sealed::Sealed for &String {}
impl IntoTarget for &String {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        self.as_str().resolve(base)
    }
}

impl<S: AsRef<str>, const N: usize> sealed::Sealed for [S; N] {}
impl<S: AsRef<str>, const N: usize> IntoTarget for [S; N] {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        self.as_slice().resolve(base)
    }
}

impl<S: AsRef<str>> sealed::Sealed for &[S] {}
impl<S: AsRef<str>> IntoTarget for &[S] {
    fn resolve(self, base: &BaseUrl) -> Result<Url, InvalidTarget> {
        let mut path = String::new();
        for segment in self {
            match segment.as_ref() {
                "" => return Err(InvalidTarget::EmptySegment),
                "." | ".." => return Err(InvalidTarget::DotSegment),
                segment => {
                    if !path.is_empty() {
                        path.push('/');
                    }
                    path.extend(utf8_percent_encode(segment, SEGMENT));
                }
            }
        }
        Ok(match path.as_str() {
            "" => base.copy(),
            path => base.append(path),
        })
    }
}

/// Whether the text is a URL of its own. Nothing else is: `users:batch` is a path, and so is `//host/path`.
fn is_absolute(text: &str) -> bool {
    let has_prefix = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    has_prefix("https://") || has_prefix("http://")
}

/// The part before the first `separator`, and the part after it.
fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Whether a URL parser would find `.` or `..` in this path. It takes `\` for `/`, `%2e` for `.`, and overlooks tabs and
/// line breaks (WHATWG URL §4.4).
fn has_dot_segment(path: &str) -> bool {
    // The usual path has no dot beside a slash: one pass finds that out.
    if !path.contains(['.', '%']) {
        return false;
    }
    path.split(['/', '\\']).any(|segment| {
        let seen = segment.replace(['\t', '\n', '\r'], "").to_ascii_lowercase();
        matches!(seen.replace("%2e", ".").as_str(), "." | "..")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: &str, target: impl IntoTarget) -> Result<String, InvalidTarget> {
        let base = BaseUrl::parse(base).unwrap();
        target.resolve(&base).map(String::from)
    }

    #[test]
    fn a_path_is_appended_to_the_bases_path() {
        for (base, path, whole) in [
            ("https://api.test", "users", "https://api.test/users"),
            ("https://api.test", "/users", "https://api.test/users"),
            ("https://api.test/", "users", "https://api.test/users"),
            ("https://api.test/v1", "users", "https://api.test/v1/users"),
            ("https://api.test/v1", "/users", "https://api.test/v1/users"),
            (
                "https://api.test/v1/",
                "/users/",
                "https://api.test/v1/users/",
            ),
            ("https://api.test/v1", "", "https://api.test/v1"),
            ("https://api.test/v1/", "", "https://api.test/v1/"),
            (
                "https://api.test/v1",
                "users?a=b#c",
                "https://api.test/v1/users?a=b#c",
            ),
            ("https://api.test/v1", "?a=b", "https://api.test/v1?a=b"),
            (
                "https://api.test/v1",
                "users:batch",
                "https://api.test/v1/users:batch",
            ),
            (
                "https://api.test/v1",
                "a b/ü",
                "https://api.test/v1/a%20b/%C3%BC",
            ),
            (
                "https://api.test/v1",
                "files/a.b..c",
                "https://api.test/v1/files/a.b..c",
            ),
        ] {
            assert_eq!(at(base, path).as_deref(), Ok(whole), "{base} + {path}");
        }
    }

    #[test]
    fn nothing_in_a_path_leads_to_another_host() {
        for path in [
            "//evil.test/x",
            "\\\\evil.test/x",
            "///evil.test",
            "javascript:alert(1)",
            "@evil.test/",
        ] {
            let url = at("https://api.test/v1", path).unwrap();
            assert!(url.starts_with("https://api.test/v1/"), "{path} -> {url}");
        }
    }

    #[test]
    fn a_path_cannot_climb() {
        for path in [
            "..",
            ".",
            "../admin",
            "users/../../admin",
            "users/./7",
            "a/%2e%2e/b",
            "a/.%2E/b",
            "..\\admin",
            ".\t./admin",
            "a/.\n.",
        ] {
            assert_eq!(
                at("https://api.test/v1", path),
                Err(InvalidTarget::DotSegment),
                "{path:?}"
            );
        }
    }

    #[test]
    fn a_segment_stays_one_segment() {
        for (id, escaped) in [
            ("7", "7"),
            ("../admin", "..%2Fadmin"),
            ("a/b", "a%2Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("%2e%2e", "%252e%252e"),
            (".\t.", ".%09."),
            ("..\\admin", "..%5Cadmin"),
            ("ü", "%C3%BC"),
            ("ada@example.com", "ada@example.com"),
            ("...", "..."),
        ] {
            let whole = format!("https://api.test/v1/users/{escaped}/posts");
            assert_eq!(
                at("https://api.test/v1", ["users", id, "posts"]),
                Ok(whole),
                "{id:?}"
            );
        }
    }

    #[test]
    fn a_segment_that_no_escaping_keeps_is_an_error() {
        let users = |id| at("https://api.test/v1", ["users", id]);
        assert_eq!(users(""), Err(InvalidTarget::EmptySegment));
        assert_eq!(users("."), Err(InvalidTarget::DotSegment));
        assert_eq!(users(".."), Err(InvalidTarget::DotSegment));
    }

    #[test]
    fn segments_may_be_owned_or_none_at_all() {
        let owned = vec!["users".to_owned(), "7".to_owned()];
        let whole = "https://api.test/v1/users/7".to_owned();
        assert_eq!(at("https://api.test/v1", owned.as_slice()), Ok(whole));
        let none: [&str; 0] = [];
        assert_eq!(
            at("https://api.test/v1", none).as_deref(),
            Ok("https://api.test/v1")
        );
    }

    #[test]
    fn an_absolute_url_is_used_as_it_is() {
        for whole in ["https://other.test/x?y=z", "HTTP://other.test/x"] {
            let url = whole.parse::<Url>().unwrap();
            assert_eq!(at("https://api.test/v1", whole), Ok(url.to_string()));
            assert_eq!(at("https://api.test/v1", &url), Ok(url.to_string()));
            assert_eq!(at("https://api.test/v1", url.clone()), Ok(url.to_string()));
        }
        assert_eq!(
            at("https://api.test", "https://"),
            Err(InvalidTarget::NotAUrl)
        );
        let file = "file:///etc/passwd".parse::<Url>().unwrap();
        assert_eq!(at("https://api.test", file), Err(InvalidTarget::NotHttp));
    }
}

//! The directives of `Cache-Control` (RFC 9111 §5.2), of a request and of an answer.

use std::time::Duration;

use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderMap, HeaderName};

/// What a server says about its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent words")]
pub(crate) struct ResponseDirectives {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    /// The headers that `no-cache` names: only they may not be used again (§5.2.2.4).
    pub(crate) no_cache_fields: Vec<HeaderName>,
    pub(crate) must_revalidate: bool,
    pub(crate) must_understand: bool,
    pub(crate) immutable: bool,
    pub(crate) private: bool,
    pub(crate) public: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) stale_while_revalidate: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
}

/// What a caller wants of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestDirectives {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) only_if_cached: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) min_fresh: Option<Duration>,
    /// How stale an answer may be. `max-stale` alone means any.
    pub(crate) max_stale: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
}

impl ResponseDirectives {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut directives = Self {
            no_cache: is_pragma_no_cache(headers),
            ..Self::default()
        };
        each(headers, |name, value| directives.take(name, value));
        directives
    }

    fn take(&mut self, name: &str, value: Option<&str>) {
        match name {
            "no-store" => self.no_store = true,
            "no-cache" => match value.and_then(names) {
                Some(fields) => self.no_cache_fields.extend(fields),
                None => self.no_cache = true,
            },
            "must-revalidate" => self.must_revalidate = true,
            "must-understand" => self.must_understand = true,
            "immutable" => self.immutable = true,
            "private" => self.private = true,
            "public" => self.public = true,
            // What can't be understood is stale (§4.2.1), and of two the shorter errs on no side.
            "max-age" => lower(&mut self.max_age, seconds(value).or(Some(Duration::ZERO))),
            "stale-while-revalidate" => lower(&mut self.stale_while_revalidate, seconds(value)),
            "stale-if-error" => lower(&mut self.stale_if_error, seconds(value)),
            _ => {}
        }
    }
}

impl RequestDirectives {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut directives = Self {
            no_cache: is_pragma_no_cache(headers),
            ..Self::default()
        };
        each(headers, |name, value| directives.take(name, value));
        directives
    }

    fn take(&mut self, name: &str, value: Option<&str>) {
        match name {
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache = true,
            "only-if-cached" => self.only_if_cached = true,
            "max-age" => lower(&mut self.max_age, seconds(value).or(Some(Duration::ZERO))),
            "min-fresh" => self.min_fresh = self.min_fresh.max(seconds(value)),
            "max-stale" => {
                let any = value.is_none().then_some(Duration::MAX);
                lower(&mut self.max_stale, seconds(value).or(any));
            }
            "stale-if-error" => lower(&mut self.stale_if_error, seconds(value)),
            _ => {}
        }
    }

    /// Whether the caller wants an answer that is newer than what would do by itself.
    pub(crate) fn want_current(&self) -> bool {
        self.no_cache || self.max_age.is_some() || self.min_fresh.is_some()
    }
}

/// `Pragma: no-cache` means the same where there is no `Cache-Control` (§5.4).
fn is_pragma_no_cache(headers: &HeaderMap) -> bool {
    if headers.contains_key(CACHE_CONTROL) {
        return false;
    }
    let mut values = headers.get_all(PRAGMA).iter();
    values.any(|value| {
        let text = value.to_str().unwrap_or_default();
        let mut words = text.split(',').map(str::trim);
        words.any(|word| word.eq_ignore_ascii_case("no-cache"))
    })
}

fn lower(held: &mut Option<Duration>, other: Option<Duration>) {
    *held = match (*held, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

/// A number of seconds (§1.2.2), none if it is anything else. What is too much to count is very much.
pub(crate) fn seconds(value: Option<&str>) -> Option<Duration> {
    const MOST: u64 = 1 << 31;
    let digits = value?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(
        digits
            .parse()
            .map_or(MOST, |seconds: u64| seconds.min(MOST)),
    ))
}

/// The headers in a list. None if there is none, or something else.
fn names(list: &str) -> Option<Vec<HeaderName>> {
    let members = list.split(',').map(str::trim);
    let members = members.filter(|name| !name.is_empty());
    let names: Vec<_> = members.map(str::parse).collect::<Result<_, _>>().ok()?;
    (!names.is_empty()).then_some(names)
}

/// Hands out each directive, its name in lower case, its value without quotes.
fn each(headers: &HeaderMap, mut take: impl FnMut(&str, Option<&str>)) {
    for line in headers.get_all(CACHE_CONTROL) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let mut rest: &str = &line;
        while !rest.is_empty() {
            let end = rest.find(['=', ',']).unwrap_or(rest.len());
            let name = rest[..end].trim().to_ascii_lowercase();
            rest = &rest[end..];
            let value = rest.strip_prefix('=').map(|after| {
                let (value, after) = argument(after.trim_start());
                rest = after;
                value
            });
            if !name.is_empty() {
                take(&name, value.as_deref());
            }
            // Whatever stands between a value and the next comma belongs to nothing.
            rest = rest.find(',').map_or("", |comma| &rest[comma + 1..]);
        }
    }
}

/// A token or a quoted string (RFC 9110 §5.6.4), and what comes after it.
fn argument(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(CACHE_CONTROL, line.parse().unwrap());
        }
        headers
    }

    fn max_age(line: &str) -> Option<u64> {
        Some(ResponseDirectives::of(&headers(&[line])).max_age?.as_secs())
    }

    #[test]
    fn a_max_age_is_read_as_it_is_written() {
        for (line, expected) in [
            ("max-age=3600", Some(3600)),
            ("MaX-aGe=3600", Some(3600)),
            ("max-age=\"3600\"", Some(3600)),
            ("max-age = 3600", Some(3600)),
            ("max-age=003600", Some(3600)),
            ("foobar, max-age=3600", Some(3600)),
            ("a=b;c, max-age=3600", Some(3600)),
            ("max-age=2147483649", Some(1 << 31)),
            ("max-age=99999999999999999999999", Some(1 << 31)),
            // What is no number of seconds is stale.
            ("max-age=-3600", Some(0)),
            ("max-age=3600.0", Some(0)),
            ("max-age='3600'", Some(0)),
            ("max-age=a100", Some(0)),
            ("max-age", Some(0)),
            ("max-age=", Some(0)),
            // What stands in a string is no directive.
            ("extension=\"max-age=3600\", max-age=1", Some(1)),
            ("max-age=1, extension=\"max-age=3600\"", Some(1)),
            ("extension=\"a \\\" max-age=3600\", max-age=1", Some(1)),
            ("extension=\"max-age=3600", None),
            ("max-age=1800, max-age=1", Some(1)),
            ("max-age=1, max-age=1800", Some(1)),
            ("s-maxage=3600", None),
            (",, ,", None),
            ("", None),
        ] {
            assert_eq!(max_age(line), expected, "{line}");
        }
    }

    #[test]
    fn the_words_of_an_answer_are_known_in_any_case_and_on_any_line() {
        let lines = [
            "No-Store, NO-CACHE",
            "must-revalidate, must-understand, immutable,private,public",
            "stale-while-revalidate=5, stale-if-error=7",
        ];
        let expected = ResponseDirectives {
            no_store: true,
            no_cache: true,
            no_cache_fields: Vec::new(),
            must_revalidate: true,
            must_understand: true,
            immutable: true,
            private: true,
            public: true,
            max_age: None,
            stale_while_revalidate: Some(Duration::from_secs(5)),
            stale_if_error: Some(Duration::from_secs(7)),
        };
        assert_eq!(ResponseDirectives::of(&headers(&lines)), expected);
        assert_eq!(
            ResponseDirectives::of(&HeaderMap::new()),
            ResponseDirectives::default()
        );
    }

    #[test]
    fn a_no_cache_with_names_is_about_those_headers() {
        let directives = ResponseDirectives::of(&headers(&["no-cache=\"A, x-b,\", max-age=5"]));
        assert!(!directives.no_cache);
        assert_eq!(directives.no_cache_fields, ["a", "x-b"]);
        assert_eq!(directives.max_age, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_no_cache_whose_names_are_none_is_about_the_whole_answer() {
        for line in [
            "no-cache=\"\"",
            "no-cache=",
            "no-cache=\" , \"",
            "no-cache=\"a b\"",
            "no-cache=\"a, b c\"",
        ] {
            assert!(ResponseDirectives::of(&headers(&[line])).no_cache, "{line}");
        }
    }

    #[test]
    fn the_words_of_a_request_are_known() {
        let of = |line: &str| RequestDirectives::of(&headers(&[line]));
        let asked = of(
            "No-Store, no-cache, only-if-cached, max-age=1, min-fresh=2, max-stale=3, stale-if-error=4",
        );
        let expected = RequestDirectives {
            no_store: true,
            no_cache: true,
            only_if_cached: true,
            max_age: Some(Duration::from_secs(1)),
            min_fresh: Some(Duration::from_secs(2)),
            max_stale: Some(Duration::from_secs(3)),
            stale_if_error: Some(Duration::from_secs(4)),
        };
        assert_eq!(asked, expected);
        assert_eq!(of("max-stale").max_stale, Some(Duration::MAX));
        assert_eq!(of("max-stale=x").max_stale, None);
        assert_eq!(of("max-age=x").max_age, Some(Duration::ZERO));
    }

    #[test]
    fn pragma_counts_only_without_cache_control() {
        let mut alone = HeaderMap::new();
        alone.insert(PRAGMA, "x, No-Cache".parse().unwrap());
        assert!(RequestDirectives::of(&alone).no_cache);
        assert!(ResponseDirectives::of(&alone).no_cache);
        alone.insert(CACHE_CONTROL, "max-age=5".parse().unwrap());
        assert!(!RequestDirectives::of(&alone).no_cache);
        assert!(!ResponseDirectives::of(&alone).no_cache);
    }

    #[test]
    fn bytes_that_are_no_text_hide_no_directive() {
        let mut headers = HeaderMap::new();
        let line = http::HeaderValue::from_bytes(b"x=\"\xff\xfe\", no-store").unwrap();
        headers.insert(CACHE_CONTROL, line);
        assert!(ResponseDirectives::of(&headers).no_store);
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_strange(line in "[ -~]{0,60}") {
            let headers = headers(&[&line]);
            ResponseDirectives::of(&headers);
            RequestDirectives::of(&headers);
        }
    }
}

//! Conditions: those that this cache asks the origin by, and those that a caller asks by.

use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_LOCATION, DATE, ETAG, EXPIRES, IF_MATCH,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::lifetime::date;

/// What a 304 carries of the answer that it stands for (RFC 9110 §15.4.5).
const OF_A_304: [HeaderName; 7] = [
    CACHE_CONTROL,
    CONTENT_LOCATION,
    DATE,
    ETAG,
    EXPIRES,
    LAST_MODIFIED,
    VARY,
];

/// The conditions of a caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    None,
    /// `If-None-Match` or `If-Modified-Since`: whoever has a fresh answer may judge them (RFC 9111 §4.3.2).
    Freshness,
    /// `If-Match` or `If-Unmodified-Since`: only the origin may.
    State,
}

impl Own {
    pub(crate) fn of(request: &HeaderMap) -> Self {
        if request.contains_key(IF_MATCH) || request.contains_key(IF_UNMODIFIED_SINCE) {
            Self::State
        } else if request.contains_key(IF_NONE_MATCH) || request.contains_key(IF_MODIFIED_SINCE) {
            Self::Freshness
        } else {
            Self::None
        }
    }
}

/// Asks the origin to answer only if it has something newer. It tells whether there is anything to ask by.
pub(crate) fn add_conditions(request: &mut HeaderMap, stored: &HeaderMap) -> bool {
    // A condition of a range would be judged after ours, and there is none without a range.
    let conditions = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
    let mut added = false;
    for (validator, condition) in conditions {
        let Some(value) = stored.get(&validator) else {
            continue;
        };
        if validator == LAST_MODIFIED && date(stored, &LAST_MODIFIED).is_none() {
            continue;
        }
        request.insert(condition, value.clone());
        added = true;
    }
    added
}

/// Whether what a caller has is what is stored (RFC 9110 §13.2.2): the answer is a 304 then.
pub(crate) fn is_known(request: &HeaderMap, stored: &HeaderMap) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let mut asked = request.get_all(IF_NONE_MATCH).iter();
        return asked.any(|line| names_tag(line, stored.get(ETAG)));
    }
    let Some(since) = date(request, &IF_MODIFIED_SINCE) else {
        return false;
    };
    // Without a `Last-Modified`, the answer was made at its `Date` (RFC 9111 §4.3.2).
    let modified = date(stored, &LAST_MODIFIED).or_else(|| date(stored, &DATE));
    modified.is_some_and(|modified| modified <= since)
}

/// The headers of a 304 to that.
pub(crate) fn of_a_304(stored: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in OF_A_304 {
        for value in stored.get_all(&name) {
            headers.append(name.clone(), value.clone());
        }
    }
    headers
}

/// Whether a list of tags names this one, weakness aside. `*` names any.
fn names_tag(list: &HeaderValue, tag: Option<&HeaderValue>) -> bool {
    let list = list.as_bytes().trim_ascii();
    if list == b"*" {
        return true;
    }
    let Some(tag) = tag else { return false };
    let wanted = opaque(tag);
    tags(list).any(|named| without_weakness(named) == wanted)
}

/// The tags of a list. A comma in quotes belongs to its tag.
fn tags(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let members = list.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == b',' && !quoted
    });
    members.map(<[u8]>::trim_ascii)
}

/// Whether a 304 with these headers is about the stored answer (RFC 9111 §4.3.4). One that names no tag is about what it was
/// asked for.
pub(crate) fn is_about(confirmation: &HeaderMap, stored: &HeaderMap) -> bool {
    match (confirmation.get(ETAG), stored.get(ETAG)) {
        (Some(new), Some(old)) => opaque(new) == opaque(old),
        (None, Some(_)) => true,
        (_, None) => {
            let dates = (
                date(confirmation, &LAST_MODIFIED),
                date(stored, &LAST_MODIFIED),
            );
            !matches!(dates, (Some(new), Some(old)) if new != old)
        }
    }
}

/// Whether the headers of a `HEAD` are those of what is stored (RFC 9111 §4.3.5). None if they name no validator that could tell:
/// the RFC would take them for the same, and so an old body for a new one.
pub(crate) fn is_same_representation(head: &HeaderMap, stored: &HeaderMap) -> Option<bool> {
    let is_in_both = |name: &HeaderName| head.contains_key(name) && stored.contains_key(name);
    let same = |name: &HeaderName| !is_in_both(name) || head.get(name) == stored.get(name);
    if !is_about(head, stored) || !same(&CONTENT_LENGTH) || !same(&LAST_MODIFIED) {
        return Some(false);
    }
    [ETAG, LAST_MODIFIED].iter().any(is_in_both).then_some(true)
}

/// Whether a range may be cut from what is stored, by the request's `If-Range` (RFC 9110 §13.1.5), which wants the very same
/// bytes.
pub(crate) fn allows_range(request: &HeaderMap, stored: &HeaderMap) -> bool {
    let Some(condition) = request.get(IF_RANGE) else {
        return true;
    };
    if condition.as_bytes().contains(&b'"') {
        let is_strong = !condition.as_bytes().starts_with(b"W/");
        return is_strong && stored.get(ETAG) == Some(condition);
    }
    let modified = date(stored, &LAST_MODIFIED);
    modified.is_some() && date(request, &IF_RANGE) == modified && is_strong_date(stored)
}

/// A date is a strong validator only if the resource could not have changed twice within its second (RFC 9110 §8.8.2.2).
fn is_strong_date(stored: &HeaderMap) -> bool {
    let dates = (date(stored, &LAST_MODIFIED), date(stored, &DATE));
    let (Some(modified), Some(made)) = dates else {
        return false;
    };
    made.duration_since(modified)
        .is_ok_and(|since| since.as_secs() >= 1)
}

fn opaque(tag: &HeaderValue) -> &[u8] {
    without_weakness(tag.as_bytes().trim_ascii())
}

fn without_weakness(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
    const LATE: &str = "Thu, 01 Jan 2026 01:00:00 GMT";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_origin_is_asked_by_whatever_names_the_answer() {
        for (stored, asked) in [
            (vec![("etag", "\"a\"")], vec![("if-none-match", "\"a\"")]),
            (
                vec![("etag", "W/\"a\"")],
                vec![("if-none-match", "W/\"a\"")],
            ),
            (
                vec![("last-modified", EARLY)],
                vec![("if-modified-since", EARLY)],
            ),
            (
                vec![("etag", "\"a\""), ("last-modified", EARLY)],
                vec![("if-none-match", "\"a\""), ("if-modified-since", EARLY)],
            ),
            (vec![("last-modified", "yesterday")], vec![]),
            (vec![], vec![]),
        ] {
            let mut request = HeaderMap::new();
            let added = add_conditions(&mut request, &headers(&stored));
            assert_eq!(request, headers(&asked), "{stored:?}");
            assert_eq!(added, !asked.is_empty());
        }
    }

    #[test]
    fn a_caller_knows_what_its_tag_or_date_names() {
        let stored = headers(&[
            ("etag", "\"a,b\""),
            ("last-modified", EARLY),
            ("date", LATE),
        ]);
        for (condition, value, known) in [
            ("if-none-match", "\"a,b\"", true),
            ("if-none-match", "W/\"a,b\"", true),
            ("if-none-match", "\"x\", \"a,b\"", true),
            ("if-none-match", "\"a,b\" , \"x\"", true),
            ("if-none-match", "*", true),
            ("if-none-match", "\"x\"", false),
            ("if-none-match", "\"a\"", false),
            ("if-none-match", "", false),
            ("if-modified-since", EARLY, true),
            ("if-modified-since", LATE, true),
            ("if-modified-since", "Wed, 31 Dec 2025 00:00:00 GMT", false),
            (
                "if-modified-since",
                "Thursday, 01-Jan-26 00:00:00 GMT",
                true,
            ),
            ("if-modified-since", "yesterday", false),
        ] {
            let request = headers(&[(condition, value)]);
            assert_eq!(is_known(&request, &stored), known, "{condition}: {value}");
        }
        let both = headers(&[("if-none-match", "\"x\""), ("if-modified-since", LATE)]);
        assert!(!is_known(&both, &stored), "the tag goes first");
        let weak = headers(&[("etag", "W/\"a\"")]);
        assert!(is_known(&headers(&[("if-none-match", "\"a\"")]), &weak));
        let undated = headers(&[("date", EARLY)]);
        assert!(is_known(
            &headers(&[("if-modified-since", EARLY)]),
            &undated
        ));
    }

    #[test]
    fn a_304_carries_what_says_which_answer_it_is() {
        let stored = headers(&[
            ("etag", "\"a\""),
            ("content-length", "5"),
            ("vary", "a"),
            ("vary", "b"),
            ("x", "y"),
        ]);
        assert_eq!(
            of_a_304(&stored),
            headers(&[("etag", "\"a\""), ("vary", "a"), ("vary", "b")])
        );
    }

    #[test]
    fn a_confirmation_is_about_what_it_names() {
        let stored = headers(&[("etag", "\"a\""), ("last-modified", EARLY)]);
        for (etag, about) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\"", false),
            ("W/\"b\"", false),
        ] {
            assert_eq!(
                is_about(&headers(&[("etag", etag)]), &stored),
                about,
                "{etag}"
            );
        }
        assert!(is_about(&HeaderMap::new(), &stored));
        assert!(
            is_about(&headers(&[("last-modified", LATE)]), &stored),
            "the tag is what was asked by"
        );
        let dated = headers(&[("last-modified", EARLY)]);
        assert!(is_about(&headers(&[("last-modified", EARLY)]), &dated));
        assert!(!is_about(&headers(&[("last-modified", LATE)]), &dated));
        assert!(is_about(&headers(&[("etag", "\"new\"")]), &dated));
        assert!(is_about(&HeaderMap::new(), &HeaderMap::new()));
    }

    #[test]
    fn a_head_tells_whether_the_same_is_there() {
        let stored = headers(&[("etag", "\"a\""), ("content-length", "5")]);
        for (head, same) in [
            (vec![], None),
            (vec![("content-length", "5")], None),
            (vec![("etag", "\"a\""), ("content-length", "5")], Some(true)),
            (vec![("content-length", "6")], Some(false)),
            (vec![("etag", "\"b\"")], Some(false)),
        ] {
            assert_eq!(
                is_same_representation(&headers(&head), &stored),
                same,
                "{head:?}"
            );
        }
    }

    #[test]
    fn a_range_wants_the_very_same_bytes() {
        let strong = headers(&[("etag", "\"a\""), ("last-modified", EARLY), ("date", LATE)]);
        let weak = headers(&[("etag", "W/\"a\""), ("last-modified", LATE), ("date", LATE)]);
        for (condition, of_strong, of_weak) in [
            ("\"a\"", true, false),
            ("W/\"a\"", false, false),
            ("\"b\"", false, false),
            (EARLY, true, false),
            (LATE, false, false),
            ("yesterday", false, false),
        ] {
            let request = headers(&[("if-range", condition)]);
            assert_eq!(allows_range(&request, &strong), of_strong, "{condition}");
            assert_eq!(allows_range(&request, &weak), of_weak, "{condition}");
        }
        assert!(allows_range(&HeaderMap::new(), &weak));
    }
}

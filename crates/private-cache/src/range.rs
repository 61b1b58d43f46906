//! Parts of a stored answer (RFC 9110 §14).

use std::ops::Range;

use http::header::RANGE;
use http::{HeaderMap, HeaderValue};

/// What a request wants of a whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Whole,
    /// These bytes: a 206.
    Part(Range<usize>),
    /// Bytes that aren't there: a 416.
    Nothing,
    /// Several parts, or parts in another unit: for the origin to answer.
    Unknown,
}

/// What a request wants of an answer of this length.
pub(crate) fn wanted(request: &HeaderMap, length: usize) -> Wanted {
    let mut lines = request.get_all(RANGE).iter();
    let Some(line) = lines.next() else {
        return Wanted::Whole;
    };
    match (line.to_str(), lines.next()) {
        (Ok(line), None) => parse(line, length),
        _ => Wanted::Unknown,
    }
}

/// `Content-Range` of a part, or of none.
pub(crate) fn content_range(part: Option<&Range<usize>>, length: usize) -> Option<HeaderValue> {
    let text = match part {
        Some(part) => format!(
            "bytes {}-{}/{length}",
            part.start,
            part.end.saturating_sub(1)
        ),
        None => format!("bytes */{length}"),
    };
    HeaderValue::try_from(text).ok()
}

fn parse(line: &str, length: usize) -> Wanted {
    let single = line
        .trim()
        .split_once('=')
        .filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = single.and_then(|(_, set)| set.trim().split_once('-')) else {
        return Wanted::Unknown;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => part(first, last.saturating_add(1), length),
        (Some(first), None) if last.is_empty() => part(first, length, length),
        (None, Some(suffix)) if first.is_empty() => {
            part(length.saturating_sub(suffix), length, length)
        }
        _ => Wanted::Unknown,
    }
}

fn part(start: usize, end: usize, length: usize) -> Wanted {
    let end = end.min(length);
    if start < end {
        Wanted::Part(start..end)
    } else {
        Wanted::Nothing
    }
}

/// A number of bytes. One that is too long to be one is more than there is.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_cut() {
        for (line, expected) in [
            ("bytes=0-1", Wanted::Part(0..2)),
            ("bytes=1-", Wanted::Part(1..10)),
            ("bytes=-1", Wanted::Part(9..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("bytes=0-99", Wanted::Part(0..10)),
            ("Bytes = 9-9", Wanted::Part(9..10)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-11", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=2-1", Wanted::Unknown),
            ("bytes=0-1,3-4", Wanted::Unknown),
            ("bytes=-", Wanted::Unknown),
            ("bytes=a-b", Wanted::Unknown),
            ("bytes=+1-2", Wanted::Unknown),
            ("bytes", Wanted::Unknown),
            ("items=0-1", Wanted::Unknown),
            ("", Wanted::Unknown),
        ] {
            let mut request = HeaderMap::new();
            request.insert(RANGE, line.parse().unwrap());
            assert_eq!(wanted(&request, 10), expected, "{line}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::Whole);
    }

    #[test]
    fn there_is_no_part_of_nothing() {
        assert_eq!(parse("bytes=0-", 0), Wanted::Nothing);
        assert_eq!(parse("bytes=-5", 0), Wanted::Nothing);
    }

    #[test]
    fn two_lines_are_for_the_origin() {
        let mut request = HeaderMap::new();
        request.append(RANGE, "bytes=0-1".parse().unwrap());
        request.append(RANGE, "bytes=2-3".parse().unwrap());
        assert_eq!(wanted(&request, 10), Wanted::Unknown);
    }

    #[test]
    fn a_part_says_where_it_is_from() {
        assert_eq!(content_range(Some(&(0..2)), 10).unwrap(), "bytes 0-1/10");
        assert_eq!(content_range(None, 10).unwrap(), "bytes */10");
    }

    proptest::proptest! {
        #[test]
        fn a_part_lies_within(line in "bytes=[0-9]{0,3}-[0-9]{0,3}", length in 0_usize..500) {
            if let Wanted::Part(part) = parse(&line, length) {
                proptest::prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}

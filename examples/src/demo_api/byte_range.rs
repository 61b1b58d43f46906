//! Which bytes a `Range` header asks for (RFC 9110 §14).

/// The part of a representation to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteRange {
    /// No range, several of them, another unit, or nonsense: all are allowed to get the whole (RFC 9110 §14.2).
    Whole,
    /// Both ends belong to it.
    Part { first: u64, last: u64 },
    /// Answered with 416.
    Unsatisfiable,
}

impl ByteRange {
    /// Reads the header for a representation of `length` bytes.
    pub(super) fn of(header: Option<&str>, length: u64) -> Self {
        let Some((unit, spec)) = header.and_then(|header| header.split_once('=')) else {
            return Self::Whole;
        };
        let Some((first, last)) = spec.trim().split_once('-') else {
            return Self::Whole;
        };
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Self::Whole;
        }
        match (first, last, number(first), number(last)) {
            ("", _, None, Some(suffix)) => {
                Self::between(length.saturating_sub(suffix), u64::MAX, length)
            }
            (_, "", Some(first), None) => Self::between(first, u64::MAX, length),
            (_, _, Some(first), Some(last)) if first <= last => Self::between(first, last, length),
            _ => Self::Whole,
        }
    }

    fn between(first: u64, last: u64, length: u64) -> Self {
        if first >= length {
            return Self::Unsatisfiable;
        }
        Self::Part {
            first,
            last: last.min(length - 1),
        }
    }
}

/// Digits; more than fit in 64 bits are as good as the largest.
fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::ByteRange::{Part, Unsatisfiable, Whole};
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        for (header, expected) in [
            ("bytes=0-0", Part { first: 0, last: 0 }),
            (
                "bytes=10-19",
                Part {
                    first: 10,
                    last: 19,
                },
            ),
            (
                "Bytes=90-",
                Part {
                    first: 90,
                    last: 99,
                },
            ),
            (
                "bytes=90-500",
                Part {
                    first: 90,
                    last: 99,
                },
            ),
            (
                "bytes=90-99999999999999999999999",
                Part {
                    first: 90,
                    last: 99,
                },
            ),
            (
                "bytes=-1",
                Part {
                    first: 99,
                    last: 99,
                },
            ),
            ("bytes=-500", Part { first: 0, last: 99 }),
            ("bytes=100-", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=20-10", Whole),
            ("bytes=0-1,5-6", Whole),
            ("bytes=-", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes", Whole),
            ("lines=0-1", Whole),
        ] {
            assert_eq!(ByteRange::of(Some(header), 100), expected, "{header}");
        }
        assert_eq!(ByteRange::of(None, 100), Whole);
    }

    #[test]
    fn no_range_of_an_empty_representation_is_satisfiable() {
        for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(ByteRange::of(Some(header), 0), Unsatisfiable, "{header}");
        }
    }
}

//! When a server asks to be tried again (RFC 9110 §10.2.3).

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

static RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How long an answer with these headers, which arrived then, asks to be left alone: `Retry-After` in seconds or as one of
/// the three forms of an HTTP date (RFC 9110 §10.2.3), or the `retry-after-ms` of some APIs, which is more exact and goes
/// first.
///
/// A date is held against the answer's own `Date`, so that it doesn't matter whose clock is wrong; one that has passed means
/// at once. What can't be understood asks for nothing. The server decides how long it is: up to [`Duration::MAX`], which can't
/// be added to any moment.
pub fn retry_after(headers: &HeaderMap, arrived: SystemTime) -> Option<Duration> {
    let text = |name: &HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    let own = text(&RETRY_AFTER_MS).and_then(milliseconds);
    own.or_else(|| {
        let asked = text(&RETRY_AFTER)?;
        seconds(asked).or_else(|| until(asked, text(&DATE), arrived))
    })
}

/// `delay-seconds`: digits and nothing else. More of them than fit ask for as long as can be told.
fn seconds(text: &str) -> Option<Duration> {
    is_number(text).then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

/// As seconds, though some send a fraction.
fn milliseconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let milliseconds: f64 = text.parse().ok()?;
    Some(Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A date that has passed means at once.
fn until(text: &str, date: Option<&str>, arrived: SystemTime) -> Option<Duration> {
    let at = httpdate::parse_http_date(text).ok()?;
    let servers_now = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let wait = at.duration_since(servers_now.unwrap_or(arrived));
    Some(wait.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Lines = &'static [(&'static str, &'static str)];

    #[test]
    fn both_forms_are_understood_and_nonsense_asks_for_nothing() {
        let arrived = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let seconds = Duration::from_secs;
        let table: [(Lines, Option<Duration>); 29] = [
            (&[("retry-after", "120")], Some(seconds(120))),
            (&[("retry-after", " 7 ")], Some(seconds(7))),
            (&[("retry-after", "0")], Some(seconds(0))),
            (&[("retry-after", "31536001")], Some(seconds(31_536_001))),
            (
                &[("retry-after", "99999999999999999999999")],
                Some(seconds(u64::MAX)),
            ),
            (
                &[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")],
                Some(seconds(252_618_189_022)),
            ),
            (
                &[
                    ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT"),
                    ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
                ],
                Some(seconds(784_111_897)),
            ),
            (&[("retry-after-ms", "9e99")], None),
            (
                &[("retry-after-ms", "99999999999999999999999")],
                Some(Duration::MAX),
            ),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")],
                Some(seconds(120)),
            ),
            (
                &[("retry-after", "Sunday, 06-Nov-94 08:51:37 GMT")],
                Some(seconds(120)),
            ),
            (
                &[("retry-after", "Sun Nov  6 08:49:00 1994")],
                Some(seconds(0)),
            ),
            (
                &[
                    ("retry-after", "Sun, 06 Nov 1994 10:00:30 GMT"),
                    ("date", "Sun, 06 Nov 1994 10:00:00 GMT"),
                ],
                Some(seconds(30)),
            ),
            (
                &[
                    ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT"),
                    ("date", "today"),
                ],
                Some(seconds(120)),
            ),
            (
                &[("retry-after", "2"), ("retry-after-ms", "1500.5")],
                Some(Duration::from_micros(1_500_500)),
            ),
            (
                &[("retry-after", "2"), ("retry-after-ms", "-1")],
                Some(seconds(2)),
            ),
            (&[("retry-after-ms", "0")], Some(seconds(0))),
            (&[("retry-after-ms", "+1")], None),
            (&[("retry-after-ms", "inf")], None),
            (&[("retry-after-ms", ".")], None),
            (&[("retry-after", "+7")], None),
            (&[("retry-after", "-7")], None),
            (&[("retry-after", "7, 8")], None),
            (&[("retry-after", "Sun, 31 Feb 1994 08:51:37 GMT")], None),
            (&[("retry-after", "Sun, 06 Nov 1994 08:51:37 CET")], None),
            (&[("retry-after", "1994-11-06T08:51:37Z")], None),
            (&[("retry-after", "1.5")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "")], None),
        ];
        for (lines, expected) in table {
            let lines = lines.iter();
            let headers = lines
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(retry_after(&headers, arrived), expected, "{headers:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_value_causes_a_panic(text in "[ -~]{0,40}", ms in "[ -~]{0,20}") {
            let headers = [(RETRY_AFTER, text.parse()), (RETRY_AFTER_MS.clone(), ms.parse())];
            let headers = headers.map(|(name, value)| (name, value.unwrap()));
            let _ = retry_after(&HeaderMap::from_iter(headers), SystemTime::UNIX_EPOCH);
        }
    }
}

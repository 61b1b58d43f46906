//! When a server asks to be tried again (RFC 9110 §10.2.3).

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

static RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How long to wait, counted from when the answer arrived.
///
/// `retry-after-ms` is a few APIs' own and more exact. A date is held against the answer's `Date`, so that it doesn't
/// matter whose clock is wrong.
pub(crate) fn asked_for(headers: &HeaderMap, arrived: SystemTime) -> Option<Duration> {
    let text = |name: &HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    if let Some(milliseconds) = text(&RETRY_AFTER_MS).and_then(milliseconds) {
        return Some(milliseconds);
    }
    let asked = text(&RETRY_AFTER)?;
    if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit ask for as long as can be told.
        return Some(Duration::from_secs(asked.parse().unwrap_or(u64::MAX)));
    }
    let at = httpdate::parse_http_date(asked).ok()?;
    let servers_now = text(&DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let wait = at.duration_since(servers_now.unwrap_or(arrived));
    // A date that has passed means at once.
    Some(wait.unwrap_or_default())
}

fn milliseconds(text: &str) -> Option<Duration> {
    let milliseconds: f64 = text.parse().ok()?;
    if !milliseconds.is_finite() || milliseconds < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Lines = &'static [(&'static str, &'static str)];

    #[test]
    fn both_forms_are_understood_and_nonsense_asks_for_nothing() {
        let arrived = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let seconds = Duration::from_secs;
        let table: [(Lines, Option<Duration>); 14] = [
            (&[("retry-after", "120")], Some(seconds(120))),
            (&[("retry-after", " 7 ")], Some(seconds(7))),
            (&[("retry-after", "0")], Some(seconds(0))),
            (
                &[("retry-after", "99999999999999999999999")],
                Some(seconds(u64::MAX)),
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
            (&[("retry-after", "1.5")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "")], None),
        ];
        for (lines, expected) in table {
            let lines = lines.iter();
            let headers = lines
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(asked_for(&headers, arrived), expected, "{headers:?}");
        }
    }
}

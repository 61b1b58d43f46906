//! When a server asks to be tried again (RFC 9110 §10.2.3).

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

static RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How long the answer asks to wait, counted from `now`, when it arrived.
///
/// `Retry-After` in seconds or as one of the three forms of an HTTP date, and the `retry-after-ms` of some APIs, which
/// is more exact and goes first. A date is held against the answer's own `Date`, so that a wrong clock on either side
/// makes no difference. A date that has passed means at once. What can't be understood asks for nothing.
pub(crate) fn requested_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    milliseconds(headers).or_else(|| {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        seconds(text).or_else(|| until(text, headers, now))
    })
}

fn milliseconds(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(&RETRY_AFTER_MS)?.to_str().ok()?.trim();
    let milliseconds: f64 = text.parse().ok()?;
    if milliseconds.is_nan() || milliseconds.is_infinite() || milliseconds < 0.0 {
        return None;
    }
    // More than can be told is as long as can be told.
    Some(Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
}

/// `delay-seconds`: digits and nothing else. More of them than fit ask for as long as can be told.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

fn until(text: &str, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let at = httpdate::parse_http_date(text).ok()?;
    let servers_now = date(headers).unwrap_or(now);
    Some(at.duration_since(servers_now).unwrap_or_default())
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the RFC's own example.
    fn example() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn wait(lines: &[(&'static str, &str)]) -> Option<Duration> {
        requested_wait(&headers(lines), example())
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        for (text, expected) in [
            ("0", Some(seconds(0))),
            ("120", Some(seconds(120))),
            (" 7 ", Some(seconds(7))),
            ("99999999999999999999999", Some(seconds(u64::MAX))),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1s", None),
            ("soon", None),
            ("0x10", None),
        ] {
            assert_eq!(wait(&[("retry-after", text)]), expected, "{text:?}");
        }
    }

    #[test]
    fn the_three_forms_of_a_date_mean_the_same() {
        for text in [
            "Sun, 06 Nov 1994 08:51:37 GMT",
            "Sunday, 06-Nov-94 08:51:37 GMT",
            "Sun Nov  6 08:51:37 1994",
        ] {
            assert_eq!(wait(&[("retry-after", text)]), Some(seconds(120)), "{text}");
        }
    }

    #[test]
    fn a_date_that_has_passed_means_at_once() {
        let past = "Sun, 06 Nov 1994 08:49:00 GMT";
        assert_eq!(wait(&[("retry-after", past)]), Some(seconds(0)));
    }

    #[test]
    fn a_date_is_held_against_the_servers_own_clock() {
        for date in [
            "Sun, 06 Nov 1994 08:59:37 GMT",
            "Sun, 06 Nov 1994 08:39:37 GMT",
        ] {
            let at = httpdate::parse_http_date(date).unwrap() + Duration::from_secs(30);
            let retry_after = httpdate::fmt_http_date(at);
            let lines = [("retry-after", retry_after.as_str()), ("date", date)];
            assert_eq!(wait(&lines), Some(seconds(30)), "{date}");
        }
    }

    #[test]
    fn a_date_header_that_is_not_a_date_is_overlooked() {
        let lines = [
            ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT"),
            ("date", "today"),
        ];
        assert_eq!(wait(&lines), Some(seconds(120)));
    }

    #[test]
    fn milliseconds_go_first() {
        let both = [("retry-after", "2"), ("retry-after-ms", "1500")];
        assert_eq!(wait(&both), Some(Duration::from_millis(1500)));
        let ages = [("retry-after", "2"), ("retry-after-ms", "1e300")];
        assert_eq!(wait(&ages), Some(Duration::MAX));
        for nonsense in ["-5", "NaN", "inf", "x", ""] {
            let lines = [("retry-after", "2"), ("retry-after-ms", nonsense)];
            assert_eq!(wait(&lines), Some(seconds(2)), "{nonsense:?}");
        }
    }

    #[test]
    fn an_answer_that_asks_for_nothing_asks_for_nothing() {
        assert_eq!(wait(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT")]), None);
    }

    proptest! {
        #[test]
        fn no_header_value_causes_a_panic(text in "[ -~]{0,40}", ms in "[ -~]{0,20}") {
            let _ = wait(&[("retry-after", &text), ("retry-after-ms", &ms)]);
        }

        #[test]
        fn every_number_of_seconds_is_understood(n in any::<u64>()) {
            prop_assert_eq!(wait(&[("retry-after", &n.to_string())]), Some(seconds(n)));
        }
    }
}

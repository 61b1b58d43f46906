//! Whether an answer may be stored, and how long it is fresh: the rules of `http-cache-semantics`, on headers put into the one
//! form that it reads rightly.

use std::time::{Duration, SystemTime};

use http::header::{CACHE_CONTROL, DATE, EXPIRES, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_cache_semantics::{CacheOptions, CachePolicy};
use httpdate::{fmt_http_date, parse_http_date};

use crate::directives::ResponseDirectives;

/// An answer that names no time is taken for fresh no longer than this, however old its `Last-Modified` is.
const HEURISTIC_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// What may be stored without a word of the server about it (RFC 9110 §15.1). A 206 is a part, and not stored at all.
const CACHEABLE_BY_DEFAULT: [u16; 11] = [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501];

/// What this cache understands beside those, for `must-understand` (RFC 9111 §5.2.2.3): how it has to treat the status is known.
const UNDERSTOOD: [u16; 13] = [
    201, 202, 302, 303, 307, 400, 403, 409, 429, 500, 502, 503, 504,
];

/// How long an answer to a `GET` is fresh from when it was made, or none if it may not be stored (RFC 9111 §3, §4.2.1).
pub(crate) fn lifetime(
    status: StatusCode,
    headers: &HeaderMap,
    directives: &ResponseDirectives,
    response_time: SystemTime,
) -> Option<Duration> {
    if !may_be_stored(status, headers, directives) {
        return None;
    }
    let heuristic = is_cacheable_by_default(status) || directives.public;
    let seen = seen_headers(headers, directives, heuristic);
    // It knows no status beyond its list. Whether this one will do has been decided above.
    let answer = with_headers(Response::new(()), seen);
    let options = CacheOptions {
        shared: false,
        immutable_min_time_to_live: Duration::ZERO,
        ..CacheOptions::default()
    };
    let policy = CachePolicy::new_options(&Request::new(()), &answer, response_time, options);
    let lifetime = policy
        .is_storable()
        .then(|| policy.time_to_live(response_time))?;
    Some(if is_explicit(headers, directives) {
        lifetime
    } else {
        lifetime.min(HEURISTIC_LIMIT)
    })
}

/// Whether the server says itself how long its answer is fresh.
pub(crate) fn is_explicit(headers: &HeaderMap, directives: &ResponseDirectives) -> bool {
    directives.max_age.is_some() || headers.contains_key(EXPIRES)
}

pub(crate) fn is_cacheable_by_default(status: StatusCode) -> bool {
    CACHEABLE_BY_DEFAULT.contains(&status.as_u16())
}

fn may_be_stored(status: StatusCode, headers: &HeaderMap, directives: &ResponseDirectives) -> bool {
    let code = status.as_u16();
    // What is about the request, its credential, condition or range, and not about what was asked for. The interim ones are no
    // answers.
    if matches!(code, 206 | 304 | 401 | 407 | 412 | 416) || status.is_informational() {
        return false;
    }
    if directives.must_understand {
        // Then a `no-store` is for those who don't understand it.
        return is_cacheable_by_default(status) || UNDERSTOOD.contains(&code);
    }
    let allowed = is_explicit(headers, directives) || directives.public || directives.private;
    !directives.no_store && (allowed || is_cacheable_by_default(status))
}

/// The headers that the rules are about, written as `http-cache-semantics` reads them: directives in lower case, one of each,
/// dates in one form.
fn seen_headers(
    headers: &HeaderMap,
    directives: &ResponseDirectives,
    heuristic: bool,
) -> HeaderMap {
    let mut seen = HeaderMap::new();
    let mut words = Vec::new();
    if directives.no_cache {
        words.push("no-cache".to_owned());
    }
    if directives.public {
        words.push("public".to_owned());
    }
    if let Some(max_age) = directives.max_age {
        words.push(format!("max-age={}", max_age.as_secs()));
    }
    insert(&mut seen, CACHE_CONTROL, &words.join(", "));
    if let Some(date) = date(headers, &DATE) {
        insert(&mut seen, DATE, &fmt_http_date(date));
    }
    if headers.contains_key(EXPIRES) {
        // What is no date is in the past (RFC 9111 §5.3).
        let expires = date(headers, &EXPIRES).unwrap_or(SystemTime::UNIX_EPOCH);
        insert(&mut seen, EXPIRES, &fmt_http_date(expires));
    }
    if let Some(modified) = date(headers, &LAST_MODIFIED).filter(|_| heuristic) {
        insert(&mut seen, LAST_MODIFIED, &fmt_http_date(modified));
    }
    seen
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn with_headers(mut answer: Response<()>, headers: HeaderMap) -> Response<()> {
    *answer.headers_mut() = headers;
    answer
}

/// The date in this header, in any of the three forms (RFC 9110 §5.6.7). None if there are several that differ.
pub(crate) fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    parse_http_date(first.to_str().ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn seconds(status: u16, lines: &[(&'static str, &str)]) -> Option<u64> {
        let headers = headers(lines);
        let directives = ResponseDirectives::of(&headers);
        let status = StatusCode::from_u16(status).unwrap();
        let now = parse_http_date(NOW).unwrap();
        Some(lifetime(status, &headers, &directives, now)?.as_secs())
    }

    fn cc(status: u16, directives: &str) -> Option<u64> {
        seconds(status, &[("cache-control", directives)])
    }

    #[test]
    fn a_max_age_goes_before_expires() {
        let later = ("expires", "Thu, 01 Jan 2026 01:00:00 GMT");
        let date = ("date", NOW);
        assert_eq!(seconds(200, &[date, later]), Some(3600));
        assert_eq!(
            seconds(200, &[date, later, ("cache-control", "max-age=5")]),
            Some(5)
        );
        assert_eq!(
            seconds(200, &[date, later, ("cache-control", "s-maxage=5")]),
            Some(3600)
        );
        assert_eq!(
            seconds(200, &[("expires", "0"), ("cache-control", "max-age=5")]),
            Some(5)
        );
    }

    #[test]
    fn expires_is_counted_from_the_date() {
        for (date, expires, lifetime) in [
            (NOW, "Thu, 01 Jan 2026 00:01:00 GMT", 60),
            (
                "Wed, 31 Dec 2025 23:59:00 GMT",
                "Thu, 01 Jan 2026 00:01:00 GMT",
                120,
            ),
            (
                "Thu, 01 Jan 2026 00:02:00 GMT",
                "Thu, 01 Jan 2026 00:01:00 GMT",
                0,
            ),
            ("no date", "Thu, 01 Jan 2026 00:01:00 GMT", 60),
            (NOW, "Thursday, 01-Jan-26 00:01:00 GMT", 60),
            (NOW, "Thu Jan  1 00:01:00 2026", 60),
            (NOW, NOW, 0),
            (NOW, "0", 0),
            (NOW, "-1", 0),
            (NOW, "Thu, 01 Jan 2026 00:01:00 +0100", 0),
        ] {
            assert_eq!(
                seconds(200, &[("date", date), ("expires", expires)]),
                Some(lifetime),
                "{date} {expires}"
            );
        }
        let two = [
            ("date", NOW),
            ("expires", "Thu, 01 Jan 2026 00:01:00 GMT"),
            ("expires", "0"),
        ];
        assert_eq!(seconds(200, &two), Some(0), "two that differ");
        let far = [("date", NOW), ("expires", "Fri, 31 Dec 9999 23:59:59 GMT")];
        assert!(seconds(200, &far).unwrap() > 200_000_000_000);
    }

    #[test]
    fn without_a_word_about_it_a_tenth_of_the_age_of_the_resource_is_a_guess() {
        let modified = |date: &'static str| [("date", NOW), ("last-modified", date)];
        let hours_ago = modified("Wed, 31 Dec 2025 14:00:00 GMT");
        assert_eq!(seconds(200, &hours_ago), Some(3600));
        assert_eq!(seconds(404, &hours_ago), Some(3600));
        assert_eq!(seconds(403, &hours_ago), None);
        assert_eq!(seconds(599, &hours_ago), None);
        let years_ago = modified("Sat, 01 Jan 2000 00:00:00 GMT");
        assert_eq!(
            seconds(200, &years_ago),
            Some(24 * 3600),
            "no more than a day"
        );
        let to_come = modified("Fri, 02 Jan 2026 00:00:00 GMT");
        assert_eq!(seconds(200, &to_come), Some(0));
        assert_eq!(seconds(200, &[]), Some(0));
        let mut public = hours_ago.to_vec();
        public.push(("cache-control", "public"));
        assert_eq!(seconds(599, &public), Some(3600));
        let mut private = hours_ago.to_vec();
        private.push(("cache-control", "private"));
        assert_eq!(
            seconds(599, &private),
            Some(0),
            "stored, but not guessed about"
        );
    }

    #[test]
    fn any_status_may_be_stored_where_the_server_says_for_how_long() {
        for status in [
            200, 201, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 503, 599,
        ] {
            assert_eq!(cc(status, "max-age=5"), Some(5), "{status}");
        }
        for status in [100, 206, 304, 401, 407, 412, 416] {
            assert_eq!(cc(status, "max-age=5"), None, "{status}");
        }
        for status in [
            201, 202, 302, 307, 400, 401, 403, 409, 418, 429, 500, 502, 503,
        ] {
            assert_eq!(seconds(status, &[]), None, "{status}");
        }
    }

    #[test]
    fn what_is_not_to_be_stored_is_not() {
        assert_eq!(cc(200, "no-store"), None);
        assert_eq!(cc(200, "nO-StOrE, max-age=5"), None);
        assert_eq!(
            cc(200, "no-cache, max-age=5"),
            Some(0),
            "stored, and never fresh"
        );
        assert_eq!(
            cc(200, "private, max-age=5"),
            Some(5),
            "this cache is private"
        );
        assert_eq!(cc(200, "no-store, must-understand, max-age=5"), Some(5));
        assert_eq!(cc(599, "must-understand, max-age=5"), None);
    }

    #[test]
    fn the_largest_numbers_do_no_harm() {
        assert_eq!(cc(200, "max-age=18446744073709551615"), Some(1 << 31));
    }
}

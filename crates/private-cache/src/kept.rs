//! What is stored of an answer's headers, and how a confirmation changes them (RFC 9111 §3.1, §3.2).

use std::time::SystemTime;

use http::header::{
    AGE, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, DATE, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, SET_COOKIE, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use httpdate::fmt_http_date;

use crate::directives::ResponseDirectives;

/// What belongs to one connection or one answer. `Set-Cookie` was for whoever asked then.
const NOT_STORED: [HeaderName; 7] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    SET_COOKIE,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];
const NOT_STORED_EITHER: [&str; 3] = [
    "keep-alive",
    "proxy-authentication-info",
    "proxy-connection",
];

/// What describes the stored body, which a confirmation doesn't change: its own are about a body that it hasn't.
const OF_THE_BODY: [HeaderName; 3] = [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE];
/// What is told of the whole body, and not of a part.
pub(crate) const DIGESTS: [&str; 2] = ["content-digest", "content-md5"];

/// What is stored of these headers. One without a date gets that of its arrival (RFC 9110 §6.6.1).
pub(crate) fn stored_headers(
    headers: &HeaderMap,
    directives: &ResponseDirectives,
    response_time: SystemTime,
) -> HeaderMap {
    let mut kept = headers.clone();
    for name in named_by_connection(headers) {
        kept.remove(name);
    }
    for name in &directives.no_cache_fields {
        kept.remove(name);
    }
    for name in NOT_STORED {
        kept.remove(name);
    }
    for name in NOT_STORED_EITHER {
        kept.remove(name);
    }
    if !kept.contains_key(DATE)
        && let Ok(date) = HeaderValue::try_from(fmt_http_date(response_time))
    {
        kept.insert(DATE, date);
    }
    kept
}

/// The stored headers, with those of a confirmation in their place. How old they were and when they were made are the
/// confirmation's to say.
pub(crate) fn updated(
    stored: &HeaderMap,
    confirmation: &HeaderMap,
    directives: &ResponseDirectives,
    response_time: SystemTime,
) -> HeaderMap {
    let newer = stored_headers(confirmation, directives, response_time);
    let mut headers = stored.clone();
    headers.remove(AGE);
    for name in newer.keys() {
        if OF_THE_BODY.contains(name) || DIGESTS.contains(&name.as_str()) {
            continue;
        }
        headers.remove(name);
        for value in newer.get_all(name) {
            // A map holds some ten thousand, and would panic at more.
            let _ = headers.try_append(name, value.clone());
        }
    }
    // The confirmation need not say again what may not be used again.
    for name in ResponseDirectives::of(&headers).no_cache_fields {
        headers.remove(name);
    }
    headers
}

fn named_by_connection(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',').map(str::trim))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn stored(lines: &[(&'static str, &str)]) -> HeaderMap {
        let headers = headers(lines);
        stored_headers(&headers, &ResponseDirectives::of(&headers), UNIX_EPOCH)
    }

    #[test]
    fn what_belongs_to_one_connection_or_one_user_is_not_stored() {
        let kept = stored(&[
            ("date", "x"),
            ("connection", "A, close, b"),
            ("a", "1"),
            ("b", "2"),
            ("c", "3"),
            ("keep-alive", "timeout=5"),
            ("proxy-authenticate", "Basic"),
            ("proxy-authentication-info", "x"),
            ("proxy-authorization", "x"),
            ("proxy-connection", "x"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("set-cookie", "session=hunter2"),
            ("set-cookie", "b=c"),
            ("x-many", "1"),
            ("x-many", "2"),
        ]);
        assert_eq!(
            kept,
            headers(&[("date", "x"), ("c", "3"), ("x-many", "1"), ("x-many", "2")])
        );
    }

    #[test]
    fn what_a_no_cache_names_is_not_stored() {
        let kept = stored(&[
            ("date", "x"),
            ("cache-control", "no-cache=\"a\""),
            ("a", "1"),
        ]);
        assert_eq!(
            kept,
            headers(&[("date", "x"), ("cache-control", "no-cache=\"a\"")])
        );
    }

    #[test]
    fn an_answer_without_a_date_gets_one() {
        assert_eq!(
            stored(&[]),
            headers(&[("date", "Thu, 01 Jan 1970 00:00:00 GMT")])
        );
    }

    #[test]
    fn a_confirmation_replaces_and_adds_headers_but_those_of_the_body() {
        let old = headers(&[
            ("date", "then"),
            ("age", "100"),
            ("x-old", "kept"),
            ("x-many", "1"),
            ("x-many", "2"),
            ("content-type", "text/plain"),
            ("content-length", "5"),
            ("content-md5", "x"),
        ]);
        let new = headers(&[
            ("date", "now"),
            ("x-many", "3"),
            ("x-new", "a"),
            ("x-new", "b"),
            ("content-type", "text/html"),
            ("content-length", "0"),
            ("content-encoding", "gzip"),
            ("content-md5", "y"),
            ("set-cookie", "a=b"),
        ]);
        let expected = headers(&[
            ("date", "now"),
            ("x-old", "kept"),
            ("x-many", "3"),
            ("x-new", "a"),
            ("x-new", "b"),
            ("content-type", "text/html"),
            ("content-length", "5"),
            ("content-md5", "x"),
        ]);
        assert_eq!(
            updated(&old, &new, &ResponseDirectives::default(), UNIX_EPOCH),
            expected
        );
    }

    #[test]
    fn a_confirmation_without_a_date_was_made_when_it_came() {
        let old = headers(&[("date", "then"), ("age", "5")]);
        let updated = updated(
            &old,
            &HeaderMap::new(),
            &ResponseDirectives::default(),
            UNIX_EPOCH,
        );
        assert_eq!(
            updated,
            headers(&[("date", "Thu, 01 Jan 1970 00:00:00 GMT")])
        );
    }
}

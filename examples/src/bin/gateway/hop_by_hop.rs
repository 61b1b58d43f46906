//! Headers that are meant for the next hop alone.

use http::header::{
    CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName};

/// What is about one connection, whether `Connection` lists it or not (RFC 9110 §7.6.1, §11.7). Trailers end here, so their
/// announcement does too.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-authentication-info"),
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The headers that go on to the other end: all others, with all their values as they are.
pub(crate) fn removed_from(headers: &HeaderMap) -> HeaderMap {
    let mut listed = listed_by_connection(headers);
    if headers.contains_key(TRANSFER_ENCODING) {
        // A length beside it means nothing, and must not mislead the next one (RFC 9112 §6.3).
        listed.push(CONTENT_LENGTH);
    }
    let mut left = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !HOP_BY_HOP.contains(name) && !listed.contains(name) {
            left.append(name, value.clone());
        }
    }
    left
}

/// Whether the body is in a transfer coding that only this hop knows of, and nobody here takes off: another one than
/// chunked, or that one twice, which nobody may do (RFC 9112 §6.1).
pub(crate) fn has_another_coding(headers: &HeaderMap) -> bool {
    let mut codings = listed_in(headers, &TRANSFER_ENCODING).filter(|coding| {
        let none: [&[u8]; 2] = [b"identity", b""];
        !none.iter().any(|none| coding.eq_ignore_ascii_case(none))
    });
    let first = codings.next();
    codings.next().is_some() || first.is_some_and(|coding| !coding.eq_ignore_ascii_case(b"chunked"))
}

fn listed_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    listed_in(headers, &CONNECTION)
        .filter_map(|name| HeaderName::from_bytes(name).ok())
        .collect()
}

fn listed_in<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let lists = headers.get_all(name).into_iter();
    lists
        .flat_map(|list| list.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&str, &[u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn what_is_about_one_connection_stays_behind() {
        for name in [
            "Connection",
            "Keep-Alive",
            "Proxy-Authenticate",
            "Proxy-Authentication-Info",
            "Proxy-Authorization",
            "Proxy-Connection",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
        ] {
            let left = removed_from(&headers(&[(name, b"x"), ("accept", b"*/*")]));
            assert_eq!(left, headers(&[("accept", b"*/*")]), "{name}");
        }
    }

    #[test]
    fn what_connection_lists_stays_behind_however_it_is_written() {
        let listed = headers(&[
            ("connection", b"close,X-One , \tx-TWO,,"),
            ("connection", b"x-three"),
            ("x-one", b"1"),
            ("x-two", b"2"),
            ("x-two", b"3"),
            ("x-three", b"4"),
            ("x-four", b"5"),
        ]);
        assert_eq!(removed_from(&listed), headers(&[("x-four", b"5")]));
    }

    #[test]
    fn a_length_beside_a_transfer_encoding_stays_behind_with_it() {
        let both = headers(&[("content-length", b"3"), ("transfer-encoding", b"chunked")]);
        assert!(removed_from(&both).is_empty());
    }

    #[test]
    fn a_coding_beside_chunked_is_noticed_however_it_is_written() {
        for (list, another) in [
            (&b"chunked"[..], false),
            (b"Chunked", false),
            (b" , identity", false),
            (b"gzip, chunked", true),
            (b"GZIP ,chunked", true),
            (b"chunked;q=1", true),
            (b"chunked, chunked", true),
            (b"\xff", true),
        ] {
            let found = has_another_coding(&headers(&[("transfer-encoding", list)]));
            assert_eq!(found, another, "{list:?}");
        }
        let two = [
            ("transfer-encoding", &b"gzip"[..]),
            ("transfer-encoding", b"chunked"),
        ];
        assert!(has_another_coding(&headers(&two)));
        assert!(!has_another_coding(&headers(&[("te", b"gzip")])));
    }

    #[test]
    fn a_list_that_is_not_text_hides_nothing_behind_it() {
        let odd = headers(&[("connection", b"\xff, x-one"), ("x-one", b"1")]);
        assert!(removed_from(&odd).is_empty());
    }

    #[test]
    fn all_else_goes_on_as_it_is() {
        let all = headers(&[
            ("set-cookie", b"a=1"),
            ("set-cookie", b"b=2"),
            ("set-cookie", b"a=1"),
            ("x-latin", b"caf\xe9"),
            ("x-empty", b""),
            ("content-length", b"7"),
            ("authorization", b"Bearer x"),
        ]);
        let left = removed_from(&all);
        assert_eq!(left, all);
        let cookies: Vec<_> = left.get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2", "a=1"]);
    }
}

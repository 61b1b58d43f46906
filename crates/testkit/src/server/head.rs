//! The head of a request, parsed from bytes.

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// The most header fields a request may have.
const MAX_HEADERS: usize = 128;

#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    /// How many bytes the head takes.
    pub(super) length: usize,
}

/// How the body is delimited (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
}

/// The bytes are not an HTTP/1.1 request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Head {
    /// Parses a head from the start of `bytes`. `None` means that there is more to come.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(Malformed),
        };
        let method = request.method.ok_or(Malformed)?;
        let target = request.path.ok_or(Malformed)?;
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        for field in request.headers.iter() {
            let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| Malformed)?;
            let value = HeaderValue::from_bytes(field.value).map_err(|_| Malformed)?;
            headers.append(name, value);
        }
        // Persistence is the default of HTTP/1.1 alone (RFC 9112 §9.3).
        let keep_alive = request.version == Some(1) && !has_token(&headers, &CONNECTION, "close");
        Ok(Some(Self {
            method: Method::from_bytes(method.as_bytes()).map_err(|_| Malformed)?,
            target: target.to_owned(),
            framing: framing(&headers)?,
            headers,
            keep_alive,
            length,
        }))
    }
}

fn framing(headers: &HeaderMap) -> Result<Framing, Malformed> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return if has_token(headers, &TRANSFER_ENCODING, "chunked") {
            Ok(Framing::Chunked)
        } else {
            Err(Malformed)
        };
    }
    let Some(length) = headers.get(CONTENT_LENGTH) else {
        return Ok(Framing::Length(0));
    };
    let length = length.to_str().map_err(|_| Malformed)?;
    length.parse().map(Framing::Length).map_err(|_| Malformed)
}

/// Tells whether a list-valued header holds `token`, whatever its case.
pub(super) fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_is_not_whole_asks_for_more() {
        assert!(
            Head::parse(b"GET / HTTP/1.1\r\nhost: a\r\n")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_follows_the_head_is_not_part_of_it() {
        let bytes = b"POST /a?b=c HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi";
        let head = Head::parse(bytes).unwrap().unwrap();
        assert_eq!(head.length, bytes.len() - 2);
        assert_eq!(head.target, "/a?b=c");
        assert_eq!(head.framing, Framing::Length(2));
        assert!(head.keep_alive);
    }

    #[test]
    fn chunked_wins_over_a_length() {
        let head = Head::parse(
            b"POST / HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: Chunked\r\n\r\n",
        );
        assert_eq!(head.unwrap().unwrap().framing, Framing::Chunked);
    }

    #[test]
    fn a_connection_ends_with_http_1_0_and_with_close() {
        for bytes in [
            &b"GET / HTTP/1.0\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nconnection: te, Close\r\n\r\n",
        ] {
            assert!(!Head::parse(bytes).unwrap().unwrap().keep_alive);
        }
    }

    #[test]
    fn nonsense_is_malformed() {
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01"[..],
            b"GET / HTTP/1.1\r\ncontent-length: two\r\n\r\n",
            b"GET / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
        ] {
            assert_eq!(Head::parse(bytes).err(), Some(Malformed));
        }
    }
}

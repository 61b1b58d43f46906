//! A reply as bytes on the wire.

use std::fmt::Write;

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::head::has_token;
use crate::Reply;
use crate::reply::body::BodyEnd;

/// How the body of a response is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimited {
    /// There is no body, whatever the headers say (RFC 9112 §6.3).
    NoBody,
    /// The headers hold this length.
    Length(u64),
    Chunked,
    /// The reply's own headers say how; its bytes are sent as they are.
    AsWritten,
}

/// Adds what frames the body to the headers of `reply`, and says how it is framed.
pub(super) fn frame(reply: &mut Reply, method: &Method) -> Delimited {
    let has_no_body = *method == Method::HEAD || forbids_body(reply.status);
    let written = reply
        .headers
        .get(CONTENT_LENGTH)
        .map(|value| value.to_str().ok().and_then(|value| value.parse().ok()));
    let chunked = has_token(&reply.headers, &TRANSFER_ENCODING, "chunked");
    let delimited = match (written, reply.body.in_one_piece()) {
        _ if chunked => Delimited::Chunked,
        _ if reply.headers.contains_key(TRANSFER_ENCODING) => Delimited::AsWritten,
        (Some(Some(length)), _) => Delimited::Length(length),
        (Some(None), _) => Delimited::AsWritten,
        (None, Some(bytes)) => Delimited::Length(bytes.len() as u64),
        (None, None) => Delimited::Chunked,
    };
    if !forbids_body(reply.status) {
        match delimited {
            Delimited::Length(length) => {
                reply.headers.insert(CONTENT_LENGTH, length.into());
            }
            Delimited::Chunked => {
                let chunked = HeaderValue::from_static("chunked");
                reply.headers.insert(TRANSFER_ENCODING, chunked);
            }
            Delimited::AsWritten | Delimited::NoBody => {}
        }
    }
    if has_no_body {
        Delimited::NoBody
    } else {
        delimited
    }
}

/// Makes the body one piece with a known length, whatever the script of the reply says.
pub(super) fn flatten(mut reply: Reply) -> (Reply, Bytes) {
    let bytes = reply.body.all_bytes();
    reply.body.end = BodyEnd::Complete;
    reply.headers.remove(TRANSFER_ENCODING);
    reply.headers.remove(CONTENT_LENGTH);
    let reply = reply.body(bytes.clone());
    (reply, bytes)
}

pub(super) fn says_close(headers: &HeaderMap) -> bool {
    has_token(headers, &CONNECTION, "close")
}

/// Writes the status line and the headers (RFC 9112 §4).
pub(super) fn head(reply: &Reply) -> Bytes {
    let mut head = BytesMut::new();
    let reason = reply.status.canonical_reason().unwrap_or_default();
    // Writing to memory doesn't fail.
    let _ = write!(head, "HTTP/1.1 {} {reason}\r\n", reply.status.as_str());
    for (name, value) in &reply.headers {
        head.put_slice(name.as_str().as_bytes());
        head.put_slice(b": ");
        head.put_slice(value.as_bytes());
        head.put_slice(b"\r\n");
    }
    head.put_slice(b"\r\n");
    head.freeze()
}

/// Frames one chunk (RFC 9112 §7.1).
pub(super) fn chunk(bytes: &[u8]) -> Bytes {
    let mut chunk = BytesMut::with_capacity(bytes.len() + 20);
    let _ = write!(chunk, "{:x}\r\n", bytes.len());
    chunk.put_slice(bytes);
    chunk.put_slice(b"\r\n");
    chunk.freeze()
}

pub(super) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

fn forbids_body(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(mut reply: Reply, method: &Method) -> (Delimited, String) {
        let delimited = frame(&mut reply, method);
        (delimited, String::from_utf8(head(&reply).to_vec()).unwrap())
    }

    #[test]
    fn one_piece_has_a_length_and_several_are_chunked() {
        assert_eq!(
            framed(Reply::status(200).body("hello"), &Method::GET),
            (
                Delimited::Length(5),
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_owned()
            )
        );
        assert_eq!(
            framed(Reply::status(200).chunk("a").chunk("b"), &Method::GET),
            (
                Delimited::Chunked,
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned()
            )
        );
    }

    #[test]
    fn a_length_the_test_wrote_is_kept() {
        let reply = Reply::status(200)
            .header("content-length", "9")
            .body("hello");
        assert_eq!(
            framed(reply, &Method::GET),
            (
                Delimited::Length(9),
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".to_owned()
            )
        );
    }

    #[test]
    fn an_answer_to_head_keeps_the_length_and_has_no_body() {
        assert_eq!(
            framed(Reply::status(200).body("hello"), &Method::HEAD),
            (
                Delimited::NoBody,
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_owned()
            )
        );
    }

    #[test]
    fn an_answer_that_may_have_no_body_has_no_framing() {
        for (status, line) in [
            (204, "HTTP/1.1 204 No Content"),
            (304, "HTTP/1.1 304 Not Modified"),
        ] {
            assert_eq!(
                framed(Reply::status(status).body("x"), &Method::GET),
                (Delimited::NoBody, format!("{line}\r\n\r\n"))
            );
        }
    }

    #[test]
    fn a_chunk_says_its_size_in_hex() {
        assert_eq!(&chunk(&[b'a'; 16])[..4], b"10\r\n");
    }
}

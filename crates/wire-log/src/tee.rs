//! A response body that keeps its beginning as it passes, and tells of itself when it has ended.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use request_context::with_body;
use reqwest::{Body, Response};

use crate::attempt::Facts;

/// Has the response's body tell of itself when it has ended, as one of this attempt.
pub(crate) fn tell_body(response: Response, attempt: Facts) -> Response {
    // What follows these is no body of HTTP's.
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let headers = response.headers().clone();
    with_body(response, |body| {
        Body::wrap(Tee {
            body,
            passed: Some(Passed {
                kept: Beginning::of(attempt.settings.redaction.kept_of_a_body()),
                attempt,
                headers,
            }),
        })
    })
}

/// Hands each piece on in the same moment in which it comes.
struct Tee {
    body: Body,
    /// None once it is told.
    passed: Option<Passed>,
}

/// What has passed so far.
struct Passed {
    attempt: Facts,
    headers: HeaderMap,
    kept: Beginning,
}

/// The beginning of a body, and how long it was.
struct Beginning {
    bytes: Vec<u8>,
    limit: usize,
    size: u64,
}

impl Beginning {
    fn of(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            size: 0,
        }
    }

    fn add(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        let room = self.limit - self.bytes.len();
        self.bytes
            .extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

impl Tee {
    fn tell(&mut self, broken: Option<&str>) {
        // A body that was empty from the start is told by its answer already.
        if let Some(passed) = self.passed.take()
            && (passed.kept.size > 0 || broken.is_some())
        {
            let Beginning { bytes, size, .. } = passed.kept;
            passed
                .attempt
                .tell_body(&passed.headers, &bytes, size, broken);
        }
    }
}

impl HttpBody for Tee {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            None => self.tell(None),
            Some(Err(_)) => self.tell(Some("body")),
            Some(Ok(frame)) => {
                if let (Some(passed), Some(piece)) = (&mut self.passed, frame.data_ref()) {
                    passed.kept.add(piece);
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        // Who knows that it has ended needn't ask once more.
        let broken = (!self.body.is_end_stream()).then_some("dropped");
        self.tell(broken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_beginning_is_kept_however_it_comes() {
        for pieces in [&["123456"][..], &["1", "", "2345", "6"], &["123", "456"]] {
            let mut kept = Beginning::of(4);
            for piece in pieces {
                kept.add(piece.as_bytes());
            }
            assert_eq!((&kept.bytes[..], kept.size), (&b"1234"[..], 6));
        }
    }
}

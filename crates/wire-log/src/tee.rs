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
                attempt,
                headers,
                kept: Vec::new(),
                size: 0,
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
    kept: Vec<u8>,
    size: u64,
}

impl Passed {
    fn add(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        let limit = self.attempt.settings.redaction.kept_of_a_body();
        let room = limit.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

impl Tee {
    fn tell(&mut self, broken: Option<&str>) {
        // A body that was empty from the start is told by its answer already.
        if let Some(passed) = self.passed.take()
            && (passed.size > 0 || broken.is_some())
        {
            passed
                .attempt
                .tell_body(&passed.headers, &passed.kept, passed.size, broken);
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
                    passed.add(piece);
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

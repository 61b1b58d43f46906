//! `GET /blob`: bytes that are the same on every visit, whole or in part. The byte at offset `n` is `n mod 251`.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Deserialize;

use super::byte_range::ByteRange;
use super::problem::Problem;
use super::state::Shared;
use super::validators::Validators;

const LONGEST: u64 = 1 << 30;
/// A prime, so that a part from the wrong offset shows.
const PERIOD: u8 = 251;
const CHUNK: usize = PERIOD as usize * 64;

/// The bytes from offset 0 on.
static PATTERN: [u8; CHUNK] = pattern();

#[derive(Deserialize)]
pub(super) struct Size {
    bytes: u64,
}

pub(super) async fn send(
    State(shared): State<Shared>,
    method: Method,
    headers: HeaderMap,
    size: Result<Query<Size>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(Size { bytes }) = size?;
    if bytes > LONGEST {
        return Err(Problem::bad_request(
            "invalid_query",
            format!("bytes is at most {LONGEST}"),
        ));
    }
    let validators = Validators {
        etag: format!("\"blob-{bytes}\""),
        last_modified: None,
    };
    let fields = [
        (ACCEPT_RANGES, "bytes"),
        (CACHE_CONTROL, "public, max-age=60"),
    ];
    if validators.are_held_by(&headers) {
        shared.counters.not_modified.increment();
        return Ok((StatusCode::NOT_MODIFIED, validators.headers(), fields).into_response());
    }
    // Only GET knows ranges (RFC 9110 §14.2).
    let range = headers
        .get(RANGE)
        .filter(|_| method == Method::GET && validators.allow_range(&headers));
    let range = ByteRange::of(range.and_then(|range| range.to_str().ok()), bytes);
    let fields = (
        validators.headers(),
        fields,
        [(CONTENT_TYPE, "application/octet-stream")],
    );
    let response = match range {
        ByteRange::Whole => (fields, body(0, bytes)).into_response(),
        ByteRange::Part { first, last } => {
            let content_range = [(CONTENT_RANGE, format!("bytes {first}-{last}/{bytes}"))];
            (
                StatusCode::PARTIAL_CONTENT,
                fields,
                content_range,
                body(first, last + 1),
            )
                .into_response()
        }
        ByteRange::Unsatisfiable => {
            let problem = Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "invalid_range",
                "no such bytes",
            );
            return Ok(([(CONTENT_RANGE, format!("bytes */{bytes}"))], problem).into_response());
        }
    };
    shared.counters.blobs.increment();
    Ok(response)
}

fn body(from: u64, until: u64) -> Body {
    Body::new(Stretch { at: from, until })
}

/// A body of pattern bytes that copies nothing, and whose length is known.
struct Stretch {
    at: u64,
    until: u64,
}

impl HttpBody for Stretch {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let phase = usize::try_from(self.at % u64::from(PERIOD)).unwrap_or_default();
        let left = usize::try_from(self.until - self.at).unwrap_or(usize::MAX);
        let chunk = &PATTERN[phase..];
        let chunk = &chunk[..chunk.len().min(left)];
        self.at += chunk.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(chunk)))))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.until
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.until - self.at)
    }
}

const fn pattern() -> [u8; CHUNK] {
    let mut pattern = [0; CHUNK];
    let mut next = 0;
    let mut at = 0;
    while at < CHUNK {
        pattern[at] = next;
        next = (next + 1) % PERIOD;
        at += 1;
    }
    pattern
}

//! A body that is stored while it is read.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::{Body, Error};

use crate::commit::Commit;
use crate::spawn::spawn;

/// A body whose pieces are kept as they are handed out, and stored when the last one is. If it breaks off, is dropped before, or
/// grows too long, what was kept is gone.
pub(crate) struct Recording {
    body: Body,
    kept: Option<Kept>,
}

struct Kept {
    pieces: Vec<Bytes>,
    length: usize,
    limit: usize,
    /// The length that was announced.
    expected: Option<u64>,
    commit: Commit,
}

impl Recording {
    pub(crate) fn new(body: Body, limit: usize, expected: Option<u64>, commit: Commit) -> Self {
        Self {
            body,
            kept: Some(Kept {
                pieces: Vec::new(),
                length: 0,
                limit,
                expected,
                commit,
            }),
        }
    }

    fn keep(&mut self, piece: &Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.length = kept.length.saturating_add(piece.len());
            kept.pieces.push(piece.clone());
            if kept.length > kept.limit {
                self.kept = None;
            }
        }
    }

    /// Stores what was kept. A store that takes its time is not waited for.
    fn finish(&mut self) {
        let Some(kept) = self.kept.take() else {
            return;
        };
        if !is_whole(kept.length, kept.expected) {
            return;
        }
        let mut storing = Box::pin(kept.commit.store(joined(&kept.pieces, kept.length)));
        let mut context = Context::from_waker(Waker::noop());
        if storing.as_mut().poll(&mut context).is_pending() {
            // Without a runtime there is nobody to store it.
            spawn(storing);
        }
    }
}

/// Whether a body of this length is what was announced.
pub(crate) fn is_whole(length: usize, expected: Option<u64>) -> bool {
    expected.is_none_or(|expected| u64::try_from(length) == Ok(expected))
}

/// The pieces in one, which holds on to no buffer that is larger than itself.
fn joined(pieces: &[Bytes], length: usize) -> Bytes {
    let mut whole = Vec::with_capacity(length);
    for piece in pieces {
        whole.extend_from_slice(piece);
    }
    whole.into()
}

impl HttpBody for Recording {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(frame) => frame,
        };
        match &frame {
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    self.keep(piece);
                }
                // Whoever knows the length may not ask for more.
                if self.body.is_end_stream() {
                    self.finish();
                }
            }
            Some(Err(_)) => self.kept = None,
            None => self.finish(),
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

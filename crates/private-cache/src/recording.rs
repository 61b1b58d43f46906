//! A body that is stored while it is read.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::{Body, Error};

use crate::EntryParts;
use crate::finishing::Finishing;
use crate::slot::Slot;

/// A body whose pieces are kept as they are handed out, and stored when the last one is. If it breaks off, is dropped before, or
/// grows too long, what was kept is gone.
///
/// Its end comes when it is stored: who has read an answer finds it stored, and no more is on its way to the store than there
/// are readers. Who leaves after the last piece doesn't stop it.
pub(crate) struct Recording {
    body: Body,
    kept: Option<Kept>,
    /// What the store has to do before the next piece is asked for.
    storing: Option<Finishing>,
    has_ended: bool,
}

struct Kept {
    pieces: Vec<Bytes>,
    length: usize,
    limit: usize,
    /// The length that was announced.
    expected: Option<u64>,
    slot: Slot,
    /// The answer, but for its body.
    parts: EntryParts,
}

impl Recording {
    pub(crate) fn new(
        body: Body,
        limit: usize,
        expected: Option<u64>,
        slot: Slot,
        parts: EntryParts,
    ) -> Self {
        Self {
            body,
            kept: Some(Kept {
                pieces: Vec::new(),
                length: 0,
                limit,
                expected,
                slot,
                parts,
            }),
            storing: None,
            has_ended: false,
        }
    }

    fn keep(&mut self, piece: &Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.length = kept.length.saturating_add(piece.len());
            kept.pieces.push(piece.clone());
        }
        if let Some(kept) = self.kept.take_if(|kept| kept.length > kept.limit) {
            // What is stored is older than what the reader gets.
            self.storing = Some(kept.slot.clear());
        }
    }

    /// Whether as much has arrived as was announced.
    fn has_announced(&self) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.expected.is_some() && is_whole(kept.length, kept.expected))
    }

    /// Begins to store what was kept.
    fn finish(&mut self) {
        if let Some(kept) = self.kept.take()
            && is_whole(kept.length, kept.expected)
        {
            let body = joined(&kept.pieces, kept.length);
            self.storing = Some(kept.slot.store(EntryParts { body, ..kept.parts }));
        }
    }

    /// Goes on storing, where that has begun.
    fn poll_stored(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(storing) = &mut self.storing {
            ready!(Pin::new(storing).poll(context));
            self.storing = None;
        }
        Poll::Ready(())
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
        ready!(self.poll_stored(context));
        if self.has_ended {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    self.keep(piece);
                }
                // Whoever knows the length may not ask for more. A body that reqwest may decode doesn't know that it has ended.
                if self.body.is_end_stream() || self.has_announced() {
                    self.finish();
                    // The piece doesn't wait for the store.
                    let _ = self.poll_stored(context);
                }
            }
            Some(Err(_)) => self.kept = None,
            None => {
                self.has_ended = true;
                self.finish();
                ready!(self.poll_stored(context));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && self.storing.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

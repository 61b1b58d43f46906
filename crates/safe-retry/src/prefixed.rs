//! A body whose beginning has been read already.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::Body;

/// Yields what has been read, then the rest.
pub(crate) struct Prefixed {
    read: Bytes,
    rest: Body,
}

impl Prefixed {
    pub(crate) fn new(read: Bytes, rest: Body) -> Self {
        Self { read, rest }
    }
}

impl HttpBody for Prefixed {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.rest).poll_frame(context);
        }
        let read = mem::take(&mut self.read);
        Poll::Ready(Some(Ok(Frame::data(read))))
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let read = self.read.len() as u64;
        let rest = self.rest.size_hint();
        let mut whole = SizeHint::new();
        whole.set_lower(rest.lower().saturating_add(read));
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(read)) {
            whole.set_upper(upper);
        }
        whole
    }
}

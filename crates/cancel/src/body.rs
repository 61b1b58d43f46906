//! A response body that ends when the call is cancelled.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use request_context::{BoxError, with_body};
use reqwest::{Body, Response};

use crate::watch::Watch;

/// Makes the response's body end with [`Cancelled`](request_context::Cancelled) when the call is cancelled.
pub(crate) fn cancel_on(response: Response, watch: Watch) -> Response {
    with_body(response, |body| {
        Body::wrap(CancelBody {
            live: Some(Live { body, watch }),
        })
    })
}

/// Drops the body it wraps as soon as it notices the cancellation, which stops the transfer.
struct CancelBody {
    /// None after the end: an ended body must not be polled again, nor the cancellation be reported after it, and the
    /// tokens are left even if the response is kept.
    live: Option<Live>,
}

struct Live {
    body: Body,
    watch: Watch,
}

impl HttpBody for CancelBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(Live { body, watch }) = &mut self.live else {
            return Poll::Ready(None);
        };
        let polled = watch.poll(context, |context| Pin::new(body).poll_frame(context));
        let frame = match ready!(polled) {
            Ok(frame) => frame.map(|frame| frame.map_err(BoxError::from)),
            Err(cancelled) => Some(Err(cancelled.into())),
        };
        if !matches!(frame, Some(Ok(_))) {
            self.live = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        let live = self.live.as_ref();
        live.is_none_or(|live| live.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let live = self.live.as_ref();
        live.map_or_else(|| SizeHint::with_exact(0), |live| live.body.size_hint())
    }
}

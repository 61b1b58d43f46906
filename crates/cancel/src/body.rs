//! A response body that ends when a token is cancelled.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use request_context::{BoxError, Cancelled, with_body};
use reqwest::{Body, Response};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Makes the response's body end with [`Cancelled`] when the token is cancelled.
pub(crate) fn cancel_on(response: Response, token: CancellationToken) -> Response {
    with_body(response, |body| {
        Body::wrap(CancelBody {
            body: Some(body),
            cancelled: token.cancelled_owned(),
        })
    })
}

pin_project! {
    /// Drops the body it wraps as soon as it notices the cancellation, which closes the connection.
    struct CancelBody {
        body: Option<Body>,
        #[pin]
        cancelled: WaitForCancellationFutureOwned,
    }
}

impl HttpBody for CancelBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        let Some(body) = this.body else {
            return Poll::Ready(None);
        };
        if this.cancelled.poll(context).is_ready() {
            *this.body = None;
            return Poll::Ready(Some(Err(Cancelled::new().into())));
        }
        let frame = ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            // An ended body must not be polled again, nor the cancellation be reported after the end.
            *this.body = None;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

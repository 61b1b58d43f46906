//! The span of one call, in which the events of its attempts are told.

use http::Method;
use request_context::Call;
use tracing::Span;
use tracing::field::{Empty, debug};
use url::Url;

use crate::{ApiError, Response};

/// Opens the span, if anybody listens. It shows nothing of the URL but its host.
pub(crate) fn open(method: &Method, url: &Url) -> Span {
    tracing::debug_span!(
        target: "facade",
        "http.client.call",
        "http.request.method" = method.as_str(),
        "server.address" = url.host_str(),
        "http.response.status_code" = Empty,
        "error.type" = Empty,
        "attempts" = Empty,
    )
}

/// Records what became of the call.
pub(crate) fn end(span: &Span, call: &Call, outcome: &Result<Response, ApiError>) {
    if span.is_disabled() {
        return;
    }
    span.record("attempts", call.attempts());
    let status = match outcome {
        Ok(response) => Some(response.status()),
        Err(error) => {
            span.record("error.type", debug(error.kind()));
            error.status()
        }
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
}

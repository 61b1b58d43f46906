//! A span for each attempt, made for reqwest-tracing's middleware.

use http::Extensions;
use request_context::Call;
use reqwest::{Request, Response};
use reqwest_middleware::Result;
use reqwest_tracing::ReqwestOtelSpanBackend;
use tracing::Span;
use tracing::field::Empty;

use crate::attempt::protocol_version;
use crate::event::TARGET;
use crate::{Redaction, failure};

/// The span that reqwest-tracing's [`TracingMiddleware`](reqwest_tracing::TracingMiddleware) opens for each attempt, with
/// nothing secret in it: its own spans show the whole URL where an attempt fails.
///
/// With one of reqwest-tracing's features for OpenTelemetry, such as `opentelemetry_0_32`, that middleware sends
/// `traceparent` (W3C Trace Context) too. Its level is `INFO`, its target `wire_log`, its fields are those of OpenTelemetry's
/// HTTP client spans. URLs are shown by the default [`Redaction`], or by one in the request's extensions.
///
/// ```
/// use reqwest_tracing::TracingMiddleware;
/// use wire_log::{AttemptSpan, LogMiddleware};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
///     .with(TracingMiddleware::<AttemptSpan>::new())
///     .with(LogMiddleware::new())
///     .build();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptSpan;

impl ReqwestOtelSpanBackend for AttemptSpan {
    fn on_request_start(request: &Request, extensions: &mut Extensions) -> Span {
        let sent = Call::find(extensions).map_or(1, |call| call.attempts());
        let url = request.url();
        let shown = || match extensions.get::<Redaction>() {
            Some(redaction) => redaction.url(url),
            None => Redaction::new().url(url),
        };
        tracing::info_span!(
            target: TARGET,
            "http.client.attempt",
            "otel.kind" = "client",
            "otel.name" = request.method().as_str(),
            "http.request.method" = request.method().as_str(),
            "url.full" = shown(),
            "server.address" = url.host_str(),
            "server.port" = url.port_or_known_default(),
            "http.request.resend_count" = (sent > 1).then(|| sent - 1),
            "http.response.status_code" = Empty,
            "network.protocol.version" = Empty,
            "error.type" = Empty,
            "otel.status_code" = Empty,
        )
    }

    fn on_request_end(span: &Span, outcome: &Result<Response>, _: &mut Extensions) {
        let error = match outcome {
            Ok(response) => {
                let status = response.status();
                span.record("http.response.status_code", status.as_u16());
                span.record(
                    "network.protocol.version",
                    protocol_version(response.version()),
                );
                let error = status.is_client_error() || status.is_server_error();
                error.then(|| status.as_str().to_owned())
            }
            Err(error) => Some(failure::kind(error).to_owned()),
        };
        if let Some(error) = error {
            span.record("error.type", error);
            span.record("otel.status_code", "ERROR");
        }
    }
}

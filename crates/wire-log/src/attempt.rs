//! One attempt, from the moment it leaves, and the events that tell of it.

use std::sync::Arc;

use http::{Extensions, HeaderMap, Method, StatusCode, Version};
use http_body::Body as _;
use request_context::{Call, Instant};
use reqwest::{Body, Request, Response};
use reqwest_middleware::Error;
use tracing::{Level, Span};
use url::Url;

use crate::event::event;
use crate::failure;
use crate::middleware::Settings;
use crate::redaction::media_type;
use crate::request_id::{RequestId, id_in};

/// An attempt that is under way. Each is told to have ended exactly once, also when it is dropped.
pub(crate) struct Attempt {
    /// None once its end is told.
    facts: Option<Facts>,
}

/// What is known of an attempt when it leaves.
pub(crate) struct Facts {
    pub(crate) settings: Arc<Settings>,
    pub(crate) method: Method,
    pub(crate) url: Url,
    begun: Instant,
    resend_count: Option<u32>,
    request_id: Option<String>,
    /// A body may end where another span is entered.
    pub(crate) span: Span,
}

impl Attempt {
    /// Tells that the request leaves.
    pub(crate) fn begin(
        settings: &Arc<Settings>,
        request: &Request,
        extensions: &Extensions,
    ) -> Self {
        let sent = Call::find(extensions).map_or(1, |call| call.attempts());
        let id = extensions.get::<RequestId>().and_then(RequestId::as_str);
        let facts = Facts {
            settings: Arc::clone(settings),
            method: request.method().clone(),
            url: request.url().clone(),
            begun: Instant::now(),
            resend_count: (sent > 1).then(|| sent - 1),
            request_id: id.or_else(|| id_in(request.headers())).map(str::to_owned),
            span: Span::current(),
        };
        facts.tell_departure(request);
        Self { facts: Some(facts) }
    }

    /// Tells that the answer's headers are there. What it returns wants to tell of the body too.
    pub(crate) fn answered(mut self, response: &Response) -> Option<Facts> {
        let facts = self.facts.take()?;
        facts.tell_answer(response);
        facts.settings.tells_bodies().then_some(facts)
    }

    /// Tells that there is no answer.
    pub(crate) fn failed(mut self, error: &Error) {
        if let Some(facts) = self.facts.take() {
            facts.tell_failure(error);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(facts) = self.facts.take() {
            facts.tell_drop();
        }
    }
}

impl Facts {
    fn tell_departure(&self, request: &Request) {
        event!(
            self.settings.level,
            "http.request.method" = self.method.as_str(),
            "url.full" = self.url(),
            "server.address" = self.url.host_str(),
            "server.port" = self.url.port_or_known_default(),
            "http.request.resend_count" = self.resend_count,
            "request.id" = self.request_id.as_deref(),
            "http.request.body.size" = size(request),
            "http.request.headers" = self.headers(request.headers()).map(tracing::field::display),
            "http.request.body.content" = self.request_body(request).map(tracing::field::display),
            "request",
        );
    }

    fn tell_answer(&self, response: &Response) {
        let status = response.status();
        event!(
            self.level_of(status),
            "http.request.method" = self.method.as_str(),
            "url.full" = self.settings.redaction.url(response.url()),
            "http.response.status_code" = status.as_u16(),
            "error.type" = error_type(status),
            "elapsed_ms" = self.elapsed_ms(),
            "network.protocol.version" = protocol_version(response.version()),
            "http.request.resend_count" = self.resend_count,
            "request.id" = self
                .request_id
                .as_deref()
                .or_else(|| id_in(response.headers())),
            "http.response.body.size" = response.content_length(),
            "http.response.headers" = self
                .headers(response.headers())
                .map(tracing::field::display),
            "response",
        );
    }

    fn tell_failure(&self, error: &Error) {
        event!(
            self.failure_level(),
            "http.request.method" = self.method.as_str(),
            "url.full" = self.url(),
            "error.type" = failure::kind(error),
            "error.message" = failure::message(error).map(tracing::field::display),
            "elapsed_ms" = self.elapsed_ms(),
            "http.request.resend_count" = self.resend_count,
            "request.id" = self.request_id.as_deref(),
            "no response",
        );
    }

    /// Not a failure: somebody lost interest, or ran out of time.
    fn tell_drop(&self) {
        event!(
            self.settings.level,
            "http.request.method" = self.method.as_str(),
            "url.full" = self.url(),
            "error.type" = "dropped",
            "elapsed_ms" = self.elapsed_ms(),
            "http.request.resend_count" = self.resend_count,
            "request.id" = self.request_id.as_deref(),
            "request dropped",
        );
    }

    /// Tells what has passed of a response body.
    pub(crate) fn tell_body(
        &self,
        headers: &HeaderMap,
        kept: &[u8],
        size: u64,
        broken: Option<&str>,
    ) {
        let redaction = &self.settings.redaction;
        self.span.in_scope(|| {
            event!(
                self.settings.level,
                "http.request.method" = self.method.as_str(),
                "url.full" = self.url(),
                "error.type" = broken,
                "elapsed_ms" = self.elapsed_ms(),
                "http.request.resend_count" = self.resend_count,
                "request.id" = self.request_id.as_deref(),
                "http.response.body.size" = size,
                "http.response.body.content" = %redaction.body(headers, kept, size),
                "response body",
            );
        });
    }

    fn url(&self) -> String {
        self.settings.redaction.url(&self.url)
    }

    fn headers(&self, headers: &HeaderMap) -> Option<String> {
        let told = self.settings.headers && !headers.is_empty();
        told.then(|| self.settings.redaction.headers(headers, &self.url))
    }

    fn request_body(&self, request: &Request) -> Option<String> {
        if !self.settings.tells_bodies() {
            return None;
        }
        let headers = request.headers();
        Some(match request.body()?.as_bytes() {
            Some(bytes) => self
                .settings
                .redaction
                .body(headers, bytes, bytes.len() as u64),
            None => match media_type(headers) {
                Some(media_type) => format!("[stream of {media_type}]"),
                None => "[stream]".to_owned(),
            },
        })
    }

    fn level_of(&self, status: StatusCode) -> Level {
        if status.is_server_error() {
            return self.failure_level();
        }
        self.settings.level
    }

    fn failure_level(&self) -> Level {
        self.settings.failure_level.unwrap_or(self.settings.level)
    }

    /// In milliseconds, to the microsecond.
    fn elapsed_ms(&self) -> f64 {
        (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }
}

/// How long the request's body is, if that is known.
fn size(request: &Request) -> Option<u64> {
    request.body().map(Body::size_hint)?.exact()
}

/// OpenTelemetry's `error.type` of an answer: its status, if that is an error's.
fn error_type(status: StatusCode) -> Option<String> {
    let error = status.is_client_error() || status.is_server_error();
    error.then(|| status.as_str().to_owned())
}

/// OpenTelemetry's `network.protocol.version`.
pub(crate) fn protocol_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}

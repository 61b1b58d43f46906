//! A log of each HTTP attempt, with its secrets taken out.
//!
//! ```
//! use wire_log::LogMiddleware;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(LogMiddleware::new())
//!     .build();
//! # Ok(()) }
//! ```
//!
//! With tracing-subscriber's `RUST_LOG=wire_log=debug`, or any other subscriber of tracing's, an attempt reads:
//!
//! ```text
//! DEBUG wire_log: request http.request.method="GET" url.full="https://api.example.com/users?page=2&key=REDACTED" server.address="api.example.com" server.port=443 http.request.headers=accept: "application/json", authorization: REDACTED
//! DEBUG wire_log: response http.request.method="GET" url.full="https://api.example.com/users?page=2&key=REDACTED" http.response.status_code=200 elapsed_ms=48.25 network.protocol.version="2" http.response.body.size=1180 http.response.headers=content-type: "application/json", set-cookie: REDACTED
//! ```
//!
//! With bodies while one develops, failures where an operator sees them, and an id for each call:
//!
//! ```
//! use http::HeaderName;
//! use wire_log::{Level, LogMiddleware, Redaction, RequestIdMiddleware};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let redaction = Redaction::new()
//!     .allow_header(HeaderName::from_static("x-tenant"))
//!     .allow_query("status")
//!     .redact_key("date_of_birth")
//!     .redact_pointer("/users/*/name");
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(RequestIdMiddleware::new())
//!     .with(LogMiddleware::new().bodies(true).failure_level(Level::WARN).redaction(redaction))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! # Events
//!
//! Their target is `wire_log`. Names are those of OpenTelemetry's conventions for HTTP clients, where it has one.
//!
//! | field | request | response | no response, request dropped | response body |
//! |---|---|---|---|---|
//! | `http.request.method` | ✓ | ✓ | ✓ | ✓ |
//! | `url.full`, redacted; of an answer the URL that answered | ✓ | ✓ | ✓ | ✓ |
//! | `server.address`, `server.port` | ✓ | | | |
//! | `http.request.resend_count`, absent at the first attempt | ✓ | ✓ | ✓ | ✓ |
//! | `request.id`, of [`RequestId`] or `x-request-id` | ✓ | ✓ | ✓ | ✓ |
//! | `http.request.body.size`, bytes, if known | ✓ | | | |
//! | `http.request.headers`, redacted | ✓ | | | |
//! | `http.request.body.content`, redacted, with [`bodies`](LogMiddleware::bodies) | ✓ | | | |
//! | `http.response.status_code`, `network.protocol.version` | | ✓ | | |
//! | `http.response.body.size`, bytes, if known; what has passed | | ✓ | | ✓ |
//! | `http.response.headers`, redacted | | ✓ | | |
//! | `http.response.body.content`, redacted | | | | ✓ |
//! | `elapsed_ms`, since the request left | | ✓ | ✓ | ✓ |
//! | `error.type`: a status of 400 or more, or `timeout`, `connect`, `body`, `redirect`, `builder`, `request`, `middleware`, `cancelled`, `dropped` | | ✓ | ✓ | ✓ |
//! | `error.message`: what the system says, such as `connection refused` | | | ✓ | |
//!
//! Every request is followed by one response, "no response" or "request dropped". A response body is told by an event of
//! its own, when it has ended, been dropped or broken off, and only if bodies are told.
//!
//! # Levels
//!
//! Everything is `DEBUG`. That goes for failures too: a failed attempt may be tried again, and the last failure goes up to
//! the caller, who knows whether it matters. [`failure_level`](LogMiddleware::failure_level) is for those who want to see
//! each.
//!
//! # What is never shown
//!
//! Userinfo, fragments, and what is on no allow-list: see [`Redaction`]. Of errors the kind is told, and of the system's the
//! kind too, since their texts show URLs. Paths are shown; where they hold what is secret, use
//! [`Redaction::path`].
//!
//! # When to use
//!
//! In any program that has a tracing subscriber. While nobody listens to its level, the layer allocates nothing and costs
//! about two hundred instructions.
//!
//! # Order
//!
//! Below everything that sends again or changes what is sent (retries, credentials, redirects), so that each attempt is
//! told as it leaves. Above what only lets requests wait, such as a concurrency limit, if the wait is to count.
//! [`RequestIdMiddleware`] goes above whatever sends again.
//!
//! # `traceparent`
//!
//! With the feature `reqwest-tracing`, `AttemptSpan` is a span for each attempt that reqwest-tracing's middleware opens, and
//! sends to the server as `traceparent`, by way of OpenTelemetry.

mod attempt;
#[cfg(feature = "reqwest-tracing")]
mod attempt_span;
mod curl;
mod event;
mod failure;
mod middleware;
mod redaction;
mod request_id;
mod tee;

#[cfg(feature = "reqwest-tracing")]
pub use attempt_span::AttemptSpan;
pub use curl::curl;
pub use middleware::LogMiddleware;
pub use redaction::Redaction;
pub use request_id::{RequestId, RequestIdMiddleware};
#[cfg(feature = "reqwest-tracing")]
pub use reqwest_tracing::TracingMiddleware;
pub use tracing::Level;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

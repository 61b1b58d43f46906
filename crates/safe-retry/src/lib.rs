//! Retries that never repeat a payment: idempotent requests only, within a budget and a deadline.
//!
//! ```
//! use safe_retry::RetryMiddleware;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(RetryMiddleware::new())
//!     .build();
//! # Ok(()) }
//! ```
//!
//! Each default has an option, and each request may want something else:
//!
//! ```
//! use std::time::Duration;
//! use http::StatusCode;
//! use safe_retry::policies::ExponentialBackoff;
//! use safe_retry::{Buffered, Retry, RetryBudget, RetryMiddleware};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = ExponentialBackoff::builder()
//!     .retry_bounds(Duration::from_millis(200), Duration::from_secs(10))
//!     .build_with_max_retries(5);
//! let retries = RetryMiddleware::new()
//!     .policy(policy)
//!     .retry_after_cap(Duration::from_secs(20))
//!     .budget(RetryBudget::default().ratio(0.1))
//!     .idempotency_keys(true) // this API knows the header
//!     .on_retry(|event| println!("{event:?}"));
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(retries)
//!     .build();
//!
//! let report = client
//!     .get("https://api.example.com/report")
//!     .with_extension(Retry::if_idempotent().also_on(StatusCode::CONFLICT))
//!     .with_extension(Buffered::up_to(1024 * 1024))
//!     .send()
//!     .await?;
//! # drop(report); Ok(()) }
//! ```
//!
//! # What is retried
//!
//! Three questions, and each must be answered with yes.
//!
//! May the request be sent twice?
//!
//! | request | |
//! |---|---|
//! | `GET`, `HEAD`, `PUT`, `DELETE`, `OPTIONS`, `TRACE` (RFC 9110 §9.2.2) | yes |
//! | any with an `Idempotency-Key`: the caller's, or one made by [`idempotency_keys`](RetryMiddleware::idempotency_keys) | yes |
//! | `POST`, `PATCH`, and methods that aren't known | no |
//! | with [`Retry::always`] or [`Retry::never`] in its extensions | as that says |
//!
//! Can it be sent twice? A body in memory can, a stream only with a [`ReplayableBody`] beside it. Without one it is sent
//! once, and not refused.
//!
//! May the failure be over in a moment? [`TransientFailures`] says so, unless a [`strategy`](RetryMiddleware::strategy)
//! of yours does:
//!
//! | failure | |
//! |---|---|
//! | status 408, 429, 500, 502, 503, 504 | yes |
//! | any other status, 501 too | with [`also_on`](RetryMiddleware::also_on) |
//! | no connection, one that was reset or closed | yes |
//! | TLS at fault, an answer that isn't HTTP, a redirect too many, a request that can't be built | no |
//! | a timeout of one attempt, or of its headers | yes |
//! | a body that breaks off | with [`Buffered`] |
//! | what another layer returns: a session that has ended, a call that was cancelled, an error of yours | no |
//!
//! Whatever the last outcome is, it goes up as it came: an answer with its body, an error with its type.
//!
//! # When
//!
//! After the [`policy`](RetryMiddleware::policy)'s delay; by default up to 1, 2 and 4 seconds, with full jitter. If the
//! answer says when, in `Retry-After` or `retry-after-ms`, then exactly then. If it asks for more than the
//! [cap](RetryMiddleware::retry_after_cap) of 60 seconds, it goes up at once.
//!
//! No wait outlasts the deadline of the [`Call`]. If the next attempt could begin only after it, the call ends at once
//! with the outcome it has. Each attempt's timeout is cut to what is left.
//!
//! A failed answer is read to its end meanwhile, within 64 KiB and a second, so that its connection carries the next
//! attempt. Where the next attempt is due at once, that may delay it by a tenth of a second.
//!
//! # Budget
//!
//! When an origin is down, three retries for each call are four times its load. So each origin has a [`RetryBudget`]:
//! retries may be a fifth of the calls, and a hundred in ten seconds beyond that. When it is spent, failures go up at
//! once. No call is ever refused.
//!
//! # Parking
//!
//! With [`park`](RetryMiddleware::park), a 429 or 503 with `Retry-After` holds back all further calls to the origin
//! that answered, those that are never retried too. A call whose deadline comes earlier ends as [`DeadlineExceeded`] and
//! sends nothing. It suits limits that are meant for the whole client, and is off by default.
//!
//! # Bodies
//!
//! By default the answer is handed out when its headers are there, and a body that breaks off later is the caller's to
//! ask for again. [`Buffered`] has it read within the attempt.
//!
//! For a request body that can't be cloned, such as a file, a stream or a multipart form, put a [`ReplayableBody`] into
//! the extensions:
//!
//! ```
//! use safe_retry::ReplayableBody;
//!
//! # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
//! # fn open() -> reqwest::Body { "…".into() }
//! let again = ReplayableBody::new(|request| {
//!     *request.body_mut() = Some(open());
//!     Ok(())
//! });
//! client.put("https://api.example.com/file").body(open()).with_extension(again).send().await?;
//! # Ok(()) }
//! ```
//!
//! # What became of a call
//!
//! The number of attempts and the time between them are in the [`Call`], whether it went well or not:
//!
//! ```
//! use safe_retry::Call;
//!
//! # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
//! let request = client.get("https://api.example.com/report").build()?;
//! let mut extensions = http::Extensions::new();
//! let outcome = client.execute_with_extensions(request, &mut extensions).await;
//! if let Some(call) = Call::find(&extensions) {
//!     println!("{} attempts, {:?} between them", call.attempts(), call.waited());
//! }
//! # outcome?; Ok(()) }
//! ```
//!
//! `execute_with_extensions` takes a built request: what a builder's `with_extension` would take goes into the map, and
//! each call has a map of its own. Layers below see in [`Call::attempts`] which attempt it is.
//! [`on_retry`](RetryMiddleware::on_retry) is called before each wait, and tracing has an event at level debug, with the
//! host and without the rest of the URL.
//!
//! # When to use
//!
//! In front of any API, unless something else tries again already: a caller's own loop or a second such layer multiplies
//! the attempts.
//!
//! # Order
//!
//! Outside the layers that put on credentials and refresh them, so that each attempt carries one that is valid now.
//! Inside those that turn answers into errors, since it needs raw ones, and inside cancellation, deadlines and caches.
//! One set of extensions serves all attempts: what a layer below leaves in there, the next attempt finds.
//! [`HeadersTimeoutMiddleware`] goes innermost.
//!
//! # Coming from `RetryTransientMiddleware`
//!
//! Policies and strategies are those of reqwest-retry, whose names are exported here, so that a program needn't name its
//! version. [`policies`], [`RetryPolicy`] and [`RetryableStrategy`] of yours plug in as they are:
//!
//! ```
//! use safe_retry::{DefaultRetryableStrategy, RetryMiddleware, policies::ExponentialBackoff};
//!
//! let policy = ExponentialBackoff::builder().build_with_max_retries(3);
//! // Before: RetryTransientMiddleware::new_with_policy(policy)
//! let layer = RetryMiddleware::new().policy(policy).strategy(DefaultRetryableStrategy);
//! ```
//!
//! What is different:
//!
//! - A `POST` is sent once, unless it has a key or [`Retry::always`].
//! - Errors come up as they are. There is no `RetryError` to unwrap, and the number of retries is in the [`Call`].
//! - `Retry-After`, the deadline and the budget are honoured.
//! - A body that can't be cloned is sent, not refused.
//! - A failed answer doesn't stay alive while the call waits.
//! - Without [`DefaultRetryableStrategy`], a 501 and other statuses above 504 are final.
//!
//! # Features
//!
//! - `native-tls`: recognises a failed handshake of the platform's TLS library, which reqwest's feature of that name uses.
//!   Without it, such a failure is one to connect, and tried again.

mod attempts;
mod buffered;
mod decision;
mod event;
mod headers_timeout;
mod idempotency;
mod middleware;
mod parking;
mod prefixed;
mod retry;
mod retry_budget;
mod strategy;
mod upstreams;
mod wait;

pub use buffered::Buffered;
pub use event::RetryEvent;
pub use headers_timeout::{HeadersTimeout, HeadersTimeoutMiddleware};
pub use middleware::RetryMiddleware;
pub use retry::Retry;
pub use retry_budget::RetryBudget;
pub use strategy::TransientFailures;

pub use request_context::{Call, DeadlineExceeded, HeadersTimedOut, ReplayableBody};
pub use reqwest_retry::{
    DefaultRetryableStrategy, Jitter, RetryDecision, RetryPolicy, Retryable, RetryableStrategy,
    policies,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

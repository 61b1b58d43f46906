//! A preconfigured HTTP client for REST APIs.
//!
//! ```no_run
//! use std::time::Duration;
//! use facade::{Client, ErrorKind};
//!
//! # #[derive(serde::Deserialize)] struct User { name: String }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), facade::ApiError> {
//! let client = Client::builder("https://api.example.com/v1")
//!     .deadline(Duration::from_secs(30))
//!     .build()?;
//!
//! match client.get(["users", "7"]).fetch::<User>().await {
//!     Ok(user) => println!("{}", user.name),
//!     Err(error) if error.kind() == ErrorKind::NotFound => println!("nobody"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(()) }
//! ```
//!
//! With a session, whose token is refreshed once while all other requests wait, for all processes that share its file:
//!
//! ```
//! use facade::{Auth, Client, FileStore, RefreshTokenGrant, TokenEndpoint};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
//! let store = FileStore::new("/home/ann/.config/my-app/tokens.json");
//! let client = Client::builder("https://api.example.com/v1")
//!     .auth(Auth::oauth2(store, RefreshTokenGrant::new(endpoint)))
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! [`Auth`] lists the ways to be authenticated, [`Session`] signs in and out. A refresh queue over a credential of your own is
//! [`session`](ClientBuilder::session), many sessions over one client are [`sessions`](ClientBuilder::sessions), a credential
//! for one request is [`Request::credential`].
//!
//! # Defaults
//!
//! | | default | option |
//! |---|---|---|
//! | connecting | 10 s | [`connect_timeout`](ClientBuilder::connect_timeout) |
//! | silence of one attempt | 30 s | [`read_timeout`](ClientBuilder::read_timeout) |
//! | the whole call | no limit | [`deadline`](ClientBuilder::deadline) |
//! | headers of one attempt | no other limit | [`headers_timeout`](ClientBuilder::headers_timeout) |
//! | retries | 3, of idempotent requests; a fifth of the calls to an origin, and 10 a second beyond that | [`retry`](ClientBuilder::retry) |
//! | redirects | 10, none from `https` to `http`, no `Referer` | [`max_redirects`](ClientBuilder::max_redirects), [`allow_insecure_redirects`](ClientBuilder::allow_insecure_redirects) |
//! | a buffered body | 16 MiB | [`body_limit`](ClientBuilder::body_limit) |
//! | an error's body | 64 KiB | [`error_map`](ClientBuilder::error_map) |
//! | a list of pages | 10,000 pages, 1,000,000 items, no link to another origin | [`Request::paginate`], [`Pager`] |
//! | requests in flight | 512 | [`concurrency_limit`](ClientBuilder::concurrency_limit) |
//! | idle connections of a host | 32 | [`max_idle_per_host`](ClientBuilder::max_idle_per_host) |
//! | callers that wait for one refresh | 10,000 | [`max_waiters`](refresh_queue::RefreshQueueBuilder::max_waiters) |
//! | cache | none | [`cache`](ClientBuilder::cache) |
//! | log | each attempt, at level `DEBUG`, without bodies | [`log`](ClientBuilder::log) |
//! | request ids | none | [`request_id`](ClientBuilder::request_id) |
//! | where credentials go | the base URL's origin, over `https` or to this machine | [`allow_origin`](ClientBuilder::allow_origin) |
//!
//! # Retries, deadlines, cancellation
//!
//! A failed request that may be sent twice is tried again, see [`RetryMiddleware`] for which and when, and
//! [`Request::retry`] for one request. One [`deadline`](Request::deadline) covers all of it, and
//! [`cancel`](Request::cancel) ends it wherever it is: `docs/cancellation.md` tells what stops when. [`Latest`] is for
//! calls of which only the newest matters, [`CancelScope`] for those of a screen or a task.
//!
//! # Credentials and redirects
//!
//! Credentials, and default headers marked sensitive, go to allowed origins only.
//!
//! A redirect is followed as RFC 9110 §15.4 says: after 301 and 302 a `POST` becomes a `GET`, after 303 all but `HEAD` do,
//! 307 and 308 send the same request again. Each hop is a request of its own: it is tried again by itself, and carries the
//! session's credential if its origin is allowed. When one leads to another origin, all that is a secret stays behind, and
//! doesn't come back: headers marked sensitive, `Authorization`, cookies, API keys by their
//! [usual names](safe_redirect#what-stays-behind), the `Idempotency-Key`. A body is not taken there at all: the call ends as
//! an error of kind [`Redirect`](ErrorKind::Redirect), whose source is a [`RedirectRefused`]. Between two origins that are
//! [allowed](ClientBuilder::allow_origin), all goes along.
//!
//! [`Response::hops`] and [`ApiError::hops`] tell the way. [`Request::redirects`] returns a redirect as it is, or sets another
//! limit; [`return_redirects`](ClientBuilder::return_redirects) does so for a client.
//!
//! # Pages
//!
//! [`Request::paginate`] makes a stream of a list that comes in pages, in whichever way: by [`Cursor`], [`LinkHeader`],
//! [`NextUrl`], [`Offset`], [`PageNumber`], [`Keyset`], [`HeaderToken`], or as one of the [`presets`]. Each page is a call of
//! its own. A server that leads in a circle, or to where a credential must not go, is an error of kind
//! [`Paging`](ErrorKind::Paging), whose source is a [`PagingError`]. A [`Checkpoint`] keeps the place for another process.
//!
//! # Logs
//!
//! Each attempt is told as tracing events at level `DEBUG`, without secrets, in a span for the whole call: see
//! [`LogMiddleware`], [`ClientBuilder::log`] and `docs/logging.md`.
//!
//! # When to use
//!
//! For programs that talk to a REST API and want the layers of this workspace in their one right order. To add one of
//! them to a client that you have, use its own crate.
//!
//! # Order
//!
//! See [`Place`] for where your own middleware goes, and `docs/order.md` for the whole.
//!
//! # Features
//!
//! TLS (`rustls` by default, `rustls-no-provider`, `native-tls`), `http2` and `system-proxy` (on by default), `brotli`,
//! `deflate`, `gzip`, `zstd`, `cookies`, `socks`, `hickory-dns`: each turns on the feature of reqwest of that name.
//! `reqwest-tracing` exports a span for each attempt that sends `traceparent`. `redb` has [`private_cache`]'s `DiskStore`, and
//! `http-cache` its `ManagerStore`, for a cache that outlives the program.

mod auth;
mod base_url;
mod builder;
mod call_options;
mod call_span;
mod client;
mod concurrency_limit;
mod hooks;
mod limits;
mod order;
mod request;
mod response;
mod rim;
mod session;
mod target;
mod userinfo;

pub use auth::Auth;
pub use builder::ClientBuilder;
pub use call_options::CallOptions;
pub use client::Client;
pub use order::Place;
pub use request::{PagedRequest, Request};
pub use response::{BodyTooLarge, Response};
pub use session::Session;
pub use target::{IntoTarget, InvalidTarget};

pub use auth_middleware::{
    ApiKey, AuthorizationCode, Basic, Bearer, BearerTokens, Challenge, Challenges,
    ClientCredentialsGrant, Custom, DeviceAuthorization, DeviceCode, Grant, InvalidApiKey,
    InvalidBasic, InvalidEndpoint, InvalidToken, Loopback, RedirectListener, RefreshTokenGrant,
    RenewalError, Revocation, SignInError, TokenEndpoint, TokenEndpointBuilder, TokenEndpointError,
    TokenEndpointErrorKind, TokenRefresher, TokenTypeHint, Unsettled,
};
pub use cancel::{CancelOn, CancelScope, Deadline, Latest, Ticket};
pub use error_map::{
    ApiError, ConnectPhase, DecodeError, ErrorAnswer, ErrorDetails, ErrorFor, ErrorKind,
    ErrorMapMiddleware, ErrorMapping, FieldError, MapApiError, Problem, TimeoutPhase,
};
pub use paginate::{
    Checkpoint, Cursor, HeaderToken, Keyset, LinkHeader, NextUrl, Offset, OtherOrigins, PageNumber,
    Pager, PagingError, PagingErrorKind, Pointer, presets,
};
pub use private_cache::{Cache, CacheMode, CacheStatus};
pub use refresh_queue::{
    QueueError, Refresh, RefreshError, RefreshFailure, RefreshQueue, RefreshQueueBuilder,
    Renewable, SessionMap, SessionStatus, SessionWatch,
};
pub use request_context::{
    BoxError, Call, Cancelled, Credential, CredentialError, CredentialUnavailable,
    DeadlineExceeded, HeadersTimedOut, Hop, Hops, Instant, Origin, Principal, RedirectRefusal,
    RedirectRefused, ReplayableBody, SessionEnded, Verdict, Version, Versioned, WithCredential,
    WithoutAuth,
};
pub use safe_redirect::Redirects;
pub use safe_retry::{
    DefaultRetryableStrategy, Jitter, Retry, RetryBudget, RetryDecision, RetryEvent,
    RetryMiddleware, RetryPolicy, Retryable, RetryableStrategy, TransientFailures, policies,
};
pub use token_store::{
    ExposeSecret, FileStore, InvalidTokens, LockedStore, MemoryStore, RefreshMark, SecretString,
    SessionId, StoreError, StoredTokens, TokenSet, TokenStore,
};
pub use tokio_util::sync::CancellationToken;
#[cfg(feature = "reqwest-tracing")]
pub use wire_log::{AttemptSpan, TracingMiddleware};
pub use wire_log::{Level, LogMiddleware, Redaction, RequestId, RequestIdMiddleware};

/// Paging, for a [`Style`](paginate::Style) or a [`PageSource`](paginate::PageSource) of your own.
pub use paginate;
/// The cache, for its stores.
pub use private_cache;
/// The host, in the version this crate is built on: for methods, statuses, header types, bodies, certificates and proxies. A
/// dependency of your own on it turns on what no feature here does, such as `stream` and `multipart`.
pub use reqwest;
/// The chain's host, in the version this crate is built on: for middleware of your own.
pub use reqwest_middleware;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

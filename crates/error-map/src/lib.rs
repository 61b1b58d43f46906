//! One typed error for the callers of a client: what happened, not which layer of HTTP it happened in.
//!
//! ```
//! use error_map::{ApiError, ErrorKind, ErrorMapMiddleware};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(ErrorMapMiddleware::new())
//!     .build();
//!
//! match client.get("https://api.example.com/users/7").send().await.map_err(ApiError::from) {
//!     Ok(response) => println!("{}", response.status()),
//!     Err(error) if error.kind() == ErrorKind::NotFound => println!("no such user"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(()) }
//! ```
//!
//! [`ErrorMapMiddleware`] turns a status of 400 or more into an [`ApiError`] that holds the answer's headers and the
//! beginning of its body. [`ApiError::from`] does the rest, with or without the layer: it finds what really happened
//! in the errors of reqwest-middleware and reqwest, through whatever wraps it. With other limits, and where errors are
//! something else:
//!
//! ```
//! use std::time::Duration;
//! use error_map::{ErrorDetails, ErrorMapMiddleware};
//! use http::HeaderName;
//!
//! let layer = ErrorMapMiddleware::new()
//!     .error_for(|status| !status.is_success())
//!     .body_limit(256 * 1024)
//!     .body_timeout(Duration::from_secs(2))
//!     .request_id_headers([HeaderName::from_static("x-trace")])
//!     .extract_with(|answer| {
//!         let code = answer.headers().get("x-error-code")?.to_str().ok()?;
//!         Some(ErrorDetails::new().with_code(code))
//!     });
//! ```
//!
//! | default | |
//! |---|---|
//! | which answers are errors | 400 and above; [`ErrorFor`] for one request |
//! | how much of an error's body is kept | 64 KiB |
//! | how long it is waited for | 5 seconds |
//!
//! # What can be asked
//!
//! [`kind`](ApiError::kind) says what happened, and each [`ErrorKind`] what to do. [`is_transient`](ApiError::is_transient)
//! and the like answer what programs ask most. [`message`](ApiError::message), [`code`](ApiError::code),
//! [`field_errors`](ApiError::field_errors) and [`problem`](ApiError::problem) have what the API says.
//! [`find_source`](ApiError::find_source) finds the error of a layer, of reqwest or of yours by its type.
//!
//! What is read of a body is bounded, whatever the server sends: 4,096 values of JSON, 16 levels deep, and 256 errors of
//! fields, each with up to 256 bytes of a name or path.
//!
//! # Secrets
//!
//! No text of an [`ApiError`] shows a query, userinfo, a header or a body: its `Display` doesn't, and its `Debug` has the
//! texts of its sources, without what those are known to show, and nothing of what they hold.
//!
//! Its source is the error as it came. One whose own texts are known to show such a thing is wrapped first, so that they
//! don't: a URL with a query, a value that serde quotes, bytes, a header with a credential.
//! [`find_source`](ApiError::find_source) finds it nevertheless. What else an error of another crate shows when you print
//! its `Debug` by yourself is that crate's matter.
//!
//! # Errors of a domain
//!
//! [`MapApiError`] makes a repository layer short: see there, and the README.
//!
//! # JSON
//!
//! [`decode_json`] tells where JSON is not what was asked for, and no word of it. An empty body counts as `null`, so an
//! `Option` takes a 204. [`decode_json_off_thread`] has a body of more than 256 KiB decoded where it holds up nobody, and
//! [`decode_off_thread`] ends the wait for it when a call is over.
//!
//! # When to use
//!
//! Where the rest of the program should not know that it talks HTTP.
//!
//! # Order
//!
//! Above everything that needs raw answers: retries, caches, refreshes. Below `cancel`, since it reads a body. Errors of
//! the layers below pass it as they are, for layers above to match; [`ApiError::from`] types them in the end.
//!
//! # Features
//!
//! - `native-tls`: recognises a failed handshake of the platform's TLS library, which reqwest's feature of that name uses.
//!   Without it, such a failure is one to connect.
//! - `reqwest-retry`: understands the errors of that crate's `RetryTransientMiddleware`, which wraps those of all below it,
//!   and how often it tried.

mod answer;
mod api_error;
mod chain;
mod classify;
mod convert;
mod decode_error;
mod details;
mod error_for;
mod extract;
mod json;
mod kind;
mod middleware;
mod off_thread;
mod phase;
mod problem;
mod redact;
mod redacted;
mod tracked;
mod trail;
mod transparent;
mod transport;

pub use answer::ErrorAnswer;
pub use api_error::{ApiError, ErrorMapping, MapApiError};
pub use decode_error::DecodeError;
pub use details::{ErrorDetails, FieldError};
pub use error_for::ErrorFor;
pub use json::{decode_json, decode_json_line};
pub use kind::ErrorKind;
pub use middleware::ErrorMapMiddleware;
pub use off_thread::{DECODED_IN_PLACE, decode_json_off_thread, decode_off_thread};
pub use phase::{ConnectPhase, TimeoutPhase};
pub use problem::Problem;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

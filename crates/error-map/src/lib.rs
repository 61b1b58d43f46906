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
//! in the errors of reqwest-middleware and reqwest, through whatever wraps it. To keep more of an answer's body:
//!
//! ```
//! use error_map::ErrorMapMiddleware;
//!
//! let layer = ErrorMapMiddleware::new().body_limit(256 * 1024);
//! ```
//!
//! No text of an [`ApiError`] shows a query, userinfo, a header or a body.
//!
//! # When to use
//!
//! Where the rest of the program should not know that it talks HTTP.
//!
//! # Order
//!
//! Above everything that needs raw answers: retries, caches, refreshes. Below `cancel`, since it reads a body.

mod answer;
mod api_error;
mod chain;
mod classify;
mod convert;
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
mod retry_after;
mod transport;

pub use answer::ErrorAnswer;
pub use api_error::{ApiError, MapApiError};
pub use details::{ErrorDetails, FieldError};
pub use error_for::ErrorFor;
pub use json::{DecodeError, decode_json};
pub use kind::ErrorKind;
pub use middleware::ErrorMapMiddleware;
pub use off_thread::decode_json_off_thread;
pub use phase::{ConnectPhase, TimeoutPhase};
pub use problem::Problem;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

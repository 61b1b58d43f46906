//! Cancellation that stops the work, and one deadline for a whole call.
//!
//! ```
//! use cancel::{CancelMiddleware, CancelOn};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(CancelMiddleware::new())
//!     .build();
//!
//! let token = CancellationToken::new();
//! let call = client.get("https://api.example.com/report").with_extension(CancelOn::new(&token)).send();
//! // Elsewhere, at any time: the call ends with a typed error, and its connection is closed.
//! token.cancel();
//! # call.await?; Ok(()) }
//! ```
//!
//! A deadline for every call of a client, and a shorter one for a single request:
//!
//! ```
//! use std::time::Duration;
//! use cancel::{CancelMiddleware, Deadline};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(CancelMiddleware::new().deadline(Duration::from_secs(30)))
//!     .build();
//! let response = client
//!     .get("https://api.example.com/quick")
//!     .with_extension(Deadline::within(Duration::from_secs(2)))
//!     .send()
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! # What stops when
//!
//! Cancelling drops everything below this layer: waits, sockets, the upload. The response body is wrapped, so that a
//! body that is still arriving ends with [`Cancelled`] too. A token that is cancelled already sends nothing.
//!
//! The deadline covers the whole call, waits of other layers and the response body included. It is not one more
//! timer: whoever waits honours it, and reqwest gets what is left of it as the request's timeout. Before the
//! headers its passing is [`DeadlineExceeded`]; in the body it is reqwest's own timeout error. A request's timeout
//! takes the place of the reqwest client's total `timeout`.
//!
//! # When to use
//!
//! Whenever somebody may lose interest: a user who leaves a screen, a server whose own client went away. Dropping a
//! call's future stops it as well; a token reaches calls that are held elsewhere.
//!
//! # Order
//!
//! Outermost. Layers above it are neither cancelled nor bound by the deadline.

mod body;
mod cancel_on;
mod deadline;
mod middleware;

pub use cancel_on::CancelOn;
pub use deadline::Deadline;
pub use middleware::CancelMiddleware;
pub use request_context::{Cancelled, DeadlineExceeded};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
//! A deadline for every call of a client, told to the server, and a shorter one for a single request:
//!
//! ```
//! use std::time::Duration;
//! use cancel::{CancelMiddleware, Deadline};
//! use reqwest::header::HeaderName;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(
//!         CancelMiddleware::new()
//!             .deadline(Duration::from_secs(30))
//!             .deadline_header(HeaderName::from_static("x-envoy-expected-rq-timeout-ms")),
//!     )
//!     .build();
//! let response = client
//!     .get("https://api.example.com/quick")
//!     .with_extension(Deadline::within(Duration::from_secs(2)))
//!     .send()
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! A scope cancels what was asked for when it is dropped; in a slot only the newest call matters:
//!
//! ```
//! use cancel::{CancelOn, CancelScope, Latest};
//!
//! struct SearchPage {
//!     client: reqwest_middleware::ClientWithMiddleware,
//!     searches: Latest,
//!     // Dropped with the page.
//!     _scope: CancelScope,
//! }
//!
//! impl SearchPage {
//!     fn new(client: reqwest_middleware::ClientWithMiddleware) -> Self {
//!         let scope = CancelScope::new();
//!         Self { client, searches: scope.latest(), _scope: scope }
//!     }
//!
//!     /// Cancels the search before. `None` if another one has come meanwhile.
//!     async fn search(&self, words: &str) -> reqwest_middleware::Result<Option<String>> {
//!         let ticket = self.searches.ticket();
//!         let request = self.client.post("https://api.example.com/search").body(words.to_owned());
//!         let found = request.with_extension(CancelOn::from(&ticket)).send().await?.text().await?;
//!         Ok(ticket.is_latest().then_some(found))
//!     }
//! }
//! ```
//!
//! # When to use
//!
//! Whenever somebody may lose interest: a user who leaves a screen, a server whose own client went away, a program that
//! shuts down. Dropping a call's future stops it as well; a token reaches calls that are held elsewhere.
//!
//! # What stops when
//!
//! Cancelling drops everything below this layer: the wait in a queue or a backoff, the attempt to connect, the upload,
//! the wait for the headers. The call ends with [`Cancelled`] in `Error::Middleware`, which tells the reason. A token
//! that is cancelled already sends nothing. Once a token is cancelled, the call brings no answer, even if one came at
//! the same moment.
//!
//! The response body is wrapped, so that a body that is still arriving ends too. There [`Cancelled`] is two `source()`s
//! down in reqwest's error. A body that was read to its end is not cancelled after all.
//!
//! The deadline covers the whole call, waits of other layers and the response body included. It is not one more
//! timer: whoever waits honours it, and reqwest gets what is left of it as the request's timeout. Before the
//! headers its passing is [`DeadlineExceeded`]; in the body it is reqwest's own timeout error. A request's timeout
//! takes the place of the reqwest client's total `timeout`.
//!
//! What a server has done already is not undone.
//!
//! # Order
//!
//! Outermost. Layers above it are neither cancelled nor bound by the deadline.
//!
//! # Cancel safety
//!
//! Dropping the future of a call, or its response, does what cancelling does, without the error. It leaves nothing behind
//! in the tokens.

mod body;
mod cancel_on;
mod deadline;
mod latest;
mod middleware;
mod scope;
mod signal;
mod turn;
mod watch;

pub use cancel_on::CancelOn;
pub use deadline::Deadline;
pub use latest::{Latest, Ticket};
pub use middleware::CancelMiddleware;
pub use request_context::{Cancelled, DeadlineExceeded};
pub use scope::CancelScope;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

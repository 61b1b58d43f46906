//! Refreshes an expired credential once, while every other request waits.
//!
//! Many tasks share one session. When its token expires, they all notice at the same moment. A [`RefreshQueue`]
//! makes one refresh of that: it runs in a task of its own, everybody waits for it, and each request goes out, or
//! goes out again, with the new token.
//!
//! ```
//! use std::sync::Arc;
//! use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
//! use refresh_queue::{RefreshError, RefreshMiddleware, RefreshQueue, Renewable};
//! use request_context::{Credential, Origin};
//!
//! #[derive(Clone)]
//! struct Token(HeaderValue);
//!
//! impl Credential for Token {
//!     fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
//!         Some((&AUTHORIZATION, &self.0))
//!     }
//! }
//!
//! impl Renewable for Token {
//!     fn credential(&self) -> Arc<dyn Credential> {
//!         Arc::new(self.clone())
//!     }
//! }
//!
//! # async fn exchange(token: &Token) -> Result<Token, std::io::Error> { Ok(token.clone()) }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let queue = RefreshQueue::new(|stale: Option<Token>| async move {
//!     let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
//!     exchange(&stale).await.map_err(RefreshError::failed)
//! });
//! queue.set(Token(HeaderValue::from_static("Bearer a1")));
//!
//! let origin: Origin = "https://api.example.com".parse()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(RefreshMiddleware::new(queue, origin).apply_credential(true))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! Limits are set on the [builder](RefreshQueue::builder).
//!
//! # What it promises
//!
//! - One refresh at a time for a session, however many callers and clients share its queue.
//! - A refusal is about a version: late refusals of an old credential start no refresh.
//! - The refresh belongs to the queue. A caller that leaves changes nothing for the others, and when all have left
//!   the refresh still finishes, since a rotating refresh token may be spent already.
//! - Rejected is not failed. A [rejected](RefreshError::rejected) refresh ends the session for everyone, until
//!   [`RefreshQueue::set`]. A [failed](RefreshError::failed) one keeps it: its waiters get the failure, and so does
//!   everyone until a backoff is over, so that a dead token endpoint isn't hammered.
//! - A refresher that panics, hangs or loses its runtime gives every waiter a typed error and leaves the queue
//!   usable.
//! - A request that went out for one user is never sent again for another.
//!
//! # When to use
//!
//! With any credential that ends and can be renewed. A key that never changes needs no queue.
//!
//! # Order
//!
//! Above the layer that applies the credential, below retries and caches: a replay spends no retry, and each retry
//! carries a credential that is valid now. See [`RefreshMiddleware`].

mod builder;
mod closing;
mod decision;
mod error;
mod flight;
mod landed;
mod limits;
mod middleware;
mod present;
mod queue;
mod refresh;
mod renewable;
mod restraint;
mod session_map;
mod shared;
mod state;
mod status;

pub use builder::RefreshQueueBuilder;
pub use error::{QueueError, RefreshFailure};
pub use middleware::RefreshMiddleware;
pub use queue::RefreshQueue;
pub use refresh::{Refresh, RefreshError};
pub use renewable::Renewable;
pub use session_map::SessionMap;
pub use status::{SessionStatus, SessionWatch};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

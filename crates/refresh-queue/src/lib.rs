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
//! # What it promises
//!
//! - One refresh at a time for a session, however many callers, clients and runtimes share its queue. Requests that
//!   arrive meanwhile wait rather than go out with what is known to be no good.
//! - A refusal is about a version: late refusals of an old credential start no refresh.
//! - The refresh belongs to the queue. A caller that leaves changes nothing for the others, and when all have left
//!   the refresh still finishes, since a rotating refresh token may be spent already.
//! - Rejected is not failed. A [rejected](RefreshError::rejected) refresh ends the session for everyone, until
//!   [`RefreshQueue::set`], also when it was early: the server has said that there will be no other credential. A
//!   [failed](RefreshError::failed) one keeps the session: its waiters get the failure, and so does everyone until a
//!   backoff is over, so that a dead token endpoint isn't hammered. While the old credential is good, it is no error at
//!   all.
//! - A refresher that panics, hangs or loses its runtime gives every waiter a typed error and leaves the queue
//!   usable, on that runtime or another. One that calls through its own queue gets [`RefreshFailure::Reentrant`]
//!   instead of a deadlock.
//! - A refresh under way never undoes [`set`](RefreshQueue::set) or [`clear`](RefreshQueue::clear).
//! - A request that went out for one user is never sent again for another.
//!
//! `docs/sessions.md` in the repository names the test that holds each of these.
//!
//! # Windows and limits
//!
//! A credential that says [when it expires](Renewable::expires_at) passes two windows before. In the first, the soft one,
//! one refresh begins in the background and nobody waits. In the second, the hard one, callers wait; if the refresh fails,
//! they get the old credential. Both shrink for credentials that live shortly.
//!
//! | | default | option |
//! |---|---|---|
//! | soft window | 60 s, at most a quarter of the life, less up to a quarter of itself by chance | [`refresh_ahead`](RefreshQueueBuilder::refresh_ahead) |
//! | hard window | 10 s, at most a tenth of the life | [`leeway`](RefreshQueueBuilder::leeway) |
//! | one refresh | 30 s | [`timeout`](RefreshQueueBuilder::timeout) |
//! | waiters | 10,000 | [`max_waiters`](RefreshQueueBuilder::max_waiters) |
//! | refreshes that succeed | 5 within 30 s | [`max_refreshes`](RefreshQueueBuilder::max_refreshes) |
//! | wait after a failure | 1 s, doubled each time, at most 30 s | [`backoff`](RefreshQueueBuilder::backoff) |
//! | the clock | [`SystemTime::now`](std::time::SystemTime::now) | [`clock`](RefreshQueueBuilder::clock) |
//!
//! A clock that is wrong costs requests, not sessions: what a refresh brings and looks expired is used until a server refuses
//! it.
//!
//! # Many sessions
//!
//! A [`SessionMap`] holds a queue for each tenant, user, scope or audience, up to a number of them, and
//! [`RefreshMiddleware::choosing`] takes the one that a request belongs to. They share a client and nothing else: one
//! tenant's dead token endpoint delays nobody else's calls.
//!
//! # Following a session
//!
//! [`RefreshQueue::subscribe`] tells when someone signs in, when the session is over and why, and when a refresh runs:
//! to show a login page, or to leave the page of a user who has signed out.
//!
//! # Ending a program
//!
//! ```
//! # use std::sync::Arc;
//! # use request_context::Credential;
//! # #[derive(Clone)] struct Token;
//! # impl refresh_queue::Renewable for Token {
//! #     fn credential(&self) -> Arc<dyn Credential> { unimplemented!() }
//! # }
//! # async fn example(queue: refresh_queue::RefreshQueue<Token>) {
//! queue.close().await;
//! # }
//! ```
//!
//! It waits for a refresh under way, which may have spent its refresh token already, and lets no other begin.
//! [`SessionMap::close`] does so for all.
//!
//! # Sessions that are no bearer tokens
//!
//! A cookie that is renewed by signing in again, behind a site that sends whoever isn't signed in to its login page:
//!
//! ```
//! use std::sync::Arc;
//! use http::{HeaderName, HeaderValue, header::{COOKIE, LOCATION}};
//! use refresh_queue::{RefreshError, RefreshMiddleware, RefreshQueue, Renewable};
//! use request_context::{Credential, Origin};
//!
//! #[derive(Clone)]
//! struct SessionCookie(HeaderValue);
//!
//! impl Credential for SessionCookie {
//!     fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
//!         Some((&COOKIE, &self.0))
//!     }
//! }
//!
//! impl Renewable for SessionCookie {
//!     fn credential(&self) -> Arc<dyn Credential> {
//!         Arc::new(self.clone())
//!     }
//! }
//!
//! # async fn sign_in() -> Result<SessionCookie, RefreshError> { Err(RefreshError::rejected("wrong password")) }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let queue = RefreshQueue::new(|_ended: Option<SessionCookie>| sign_in());
//! let origin: Origin = "https://shop.example.com".parse()?;
//! let layer = RefreshMiddleware::new(queue, origin)
//!     .apply_credential(true)
//!     .refused_when(|answer| {
//!         let location = answer.headers().get(LOCATION);
//!         answer.status() == 302 && location.is_some_and(|to| to == "/login")
//!     });
//! # drop(layer);
//! # Ok(()) }
//! ```
//!
//! The client must not follow that redirect itself. A layer above may, such as `safe-redirect`: it is asked only about what the
//! queue has not healed.
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

//! What the layers of one [reqwest-middleware] chain tell each other about a call.
//!
//! Layers that never heard of each other still have to agree: how long the call may take, which credential was
//! sent, what the answer said about it. This crate holds those words and nothing else. It depends on no other
//! crate of the workspace, and every other one may depend on it.
//!
//! You need it when you write a middleware or a [`Credential`] of your own. Programs that only use the layers
//! meet its types through them.
//!
//! # The call
//!
//! [`Call::of`] finds the call in a request's [`Extensions`](http::Extensions), or starts it there:
//!
//! ```
//! use std::time::Duration;
//! use http::Extensions;
//! use request_context::{Call, Instant};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut extensions = Extensions::new();
//! let call = Call::of(&mut extensions);
//! call.set_deadline(Instant::now() + Duration::from_secs(5));
//!
//! // Any layer below, later: never wait longer than the call has left.
//! let mut request = reqwest::Request::new(reqwest::Method::GET, "https://api.example.com/".parse()?);
//! Call::of(&mut extensions).stamp(&mut request)?;
//! assert!(request.timeout().is_some_and(|left| *left <= Duration::from_secs(5)));
//! # Ok(()) }
//! ```
//!
//! # Where a credential may go
//!
//! ```
//! use request_context::{Origin, OriginAllowList};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let api: Origin = "https://api.example.com".parse()?;
//! let origins = OriginAllowList::from(api);
//!
//! assert!(origins.allows(&"https://api.example.com/v1/users".parse()?));
//! assert!(!origins.allows(&"https://api.example.com.evil.test/".parse()?));
//! assert!(!origins.allows(&"http://api.example.com/".parse()?));
//! # Ok(()) }
//! ```
//!
//! [reqwest-middleware]: https://docs.rs/reqwest-middleware

mod call;
mod credential;
mod credential_name;
mod drain;
mod error;
mod handling;
mod hop;
mod origin;
mod origin_allow_list;
mod principal;
mod redirect_refused;
mod replay;
mod retry_after;
mod verdict;
mod with_body;
mod with_credential;
mod with_url;
mod without_auth;
mod without_url;

pub use call::{Attempt, BrokenAnswer, Call, Departure};
pub use credential::{Credential, CredentialError, Version, Versioned};
pub use credential_name::is_credential_name;
pub use drain::drain;
pub use error::{
    BoxError, Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, SessionEnded,
};
pub use handling::Handling;
pub use hop::{Hop, Hops};
pub use origin::{InvalidOrigin, Origin};
pub use origin_allow_list::OriginAllowList;
pub use principal::Principal;
pub use redirect_refused::{RedirectRefusal, RedirectRefused};
pub use replay::{Replay, ReplayError, ReplayableBody};
pub use retry_after::retry_after;
pub use verdict::Verdict;
pub use with_body::with_body;
pub use with_credential::WithCredential;
pub use with_url::with_url;
pub use without_auth::WithoutAuth;
pub use without_url::without_url;

/// The clock of every deadline: tokio's, so that paused time in tests governs it too.
pub use tokio::time::Instant;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

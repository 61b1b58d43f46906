//! Puts a credential on requests to allowed origins, and judges what a 401 says about it.
//!
//! The simplest use is a bearer token that never changes:
//!
//! ```
//! use auth_middleware::{AuthMiddleware, Bearer};
//! use request_context::Origin;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origin: Origin = "https://api.example.com".parse()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(AuthMiddleware::fixed(Bearer::new("access-1")?, origin))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! A token that the program keeps in a store, looked up for each request:
//!
//! ```
//! use auth_middleware::AuthMiddleware;
//! use request_context::{Origin, OriginAllowList};
//! use token_store::{MemoryStore, TokenSet};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origins = OriginAllowList::new()
//!     .allow("https://api.example.com".parse::<Origin>()?)
//!     .allow_subdomains_of("https://regions.example.com".parse::<Origin>()?);
//! let store = MemoryStore::from(TokenSet::new("access-1"));
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(AuthMiddleware::from_store(store, origins))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! # What it promises
//!
//! - A credential goes to allowed origins only, over `https` or to this machine unless told otherwise.
//! - An `Authorization` header of the caller's own is never overwritten, and its refusal never judged.
//! - The header is built once, and marked sensitive, so that no log shows it.
//!
//! It can't see redirects that reqwest follows by itself. reqwest drops `Authorization` and `Cookie` when a redirect
//! leaves the host, but no other header.
//!
//! # When to use
//!
//! Whenever requests carry a credential. To have it renewed too, put a `refresh-queue` above and use
//! [`AuthMiddleware::handed_down`].
//!
//! # Order
//!
//! Below retries, caches and the refresh queue, so that each attempt carries a credential that is valid now; above
//! whatever logs or signs single attempts.
//!
//! # Features
//!
//! - `oauth2`: [`BearerTokens`](https://docs.rs/auth-middleware), a token set that a refresh queue can renew.

mod bearer;
#[cfg(feature = "oauth2")]
mod bearer_tokens;
mod middleware;

pub use bearer::{Bearer, InvalidToken};
#[cfg(feature = "oauth2")]
pub use bearer_tokens::BearerTokens;
pub use middleware::AuthMiddleware;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! An RFC 9111 cache for one program on behalf of its users: what one of them was answered is never given to another.
//!
//! ```
//! use private_cache::{Cache, CacheStatus};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let cache = Cache::in_memory();
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(cache.clone())
//!     .build();
//!
//! let countries = client.get("https://api.example.com/countries").send().await?;
//! println!("{:?}", CacheStatus::of(&countries));
//! let countries = countries.bytes().await?; // stored when it has been read
//! cache.invalidate(&"https://api.example.com/countries".parse()?).await;
//! # Ok(()) }
//! ```
//!
//! Each default has an option, each request may want something else, and the handle forgets:
//!
//! ```
//! use std::time::Duration;
//! use private_cache::{Cache, CacheMode, MemoryStore, Principal};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! #[derive(Clone)]
//! struct User(&'static str);
//!
//! let below = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?).build();
//! let cache = Cache::new(MemoryStore::with_limit(256 * 1024 * 1024))
//!     .body_limit(1024 * 1024)
//!     .serve_stale_on_error(Duration::from_secs(24 * 3600)) // for a program that goes offline
//!     .revalidate_with(below) // for `stale-while-revalidate`
//!     .principal_from(|_request, extensions| {
//!         let User(name) = *extensions.get()?;
//!         Some(Principal::new(name))
//!     });
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(cache.clone())
//!     .build();
//!
//! let rates = client.get("https://api.example.com/rates").with_extension(User("ada"));
//! let rates = rates.with_extension(CacheMode::new().fresh_for(Duration::from_secs(60))).send().await?;
//!
//! cache.forget(&Principal::new("ada")).await; // she has signed out
//! # Ok(()) }
//! ```
//!
//! # What is stored, and for how long
//!
//! A whole answer to a `GET`, of any status that is cacheable by default or that comes with `max-age`, `Expires`, `public` or
//! `private`, unless it says `no-store`, varies by `*` (RFC 9111 §3) or by more than 64 headers, or is about the request rather
//! than about what was asked for: a 206, 304, 401, 407, 412 or 416. One that names no time is fresh for a tenth of how long ago
//! its `Last-Modified` is, at most a day. [`CacheMode::fresh_for`] is for APIs that say nothing.
//!
//! Several answers are kept for one URL if they differ by what their `Vary` names; lists are compared member by member, languages
//! in any order.
//!
//! A body is stored while its reader gets it, when the last piece of it has arrived. One that breaks off, isn't as long as was
//! announced, is above the [limit](Cache::body_limit) or is an event stream is not stored, and neither is one whose reader leaves.
//! Requests don't wait for each other, unless they ask for the same in the background.
//!
//! What could never be used again is not stored: an answer that is neither fresh nor can be asked about. A 500, 502, 503 or 504 is
//! stored only if it is fresh, and stands in for nothing when it is stale.
//!
//! Neither a `Set-Cookie` header nor a request's credential is ever stored. The rest of an answer with a `Set-Cookie` is.
//!
//! # What is answered
//!
//! | | |
//! |---|---|
//! | fresh | from the store, with an `Age` |
//! | stale, with a validator | the origin is asked (`If-None-Match`, `If-Modified-Since`); a 304 updates the stored headers (§4.3.4) |
//! | `max-age`, `max-stale`, `min-fresh`, `no-cache`, `no-store` in the request | as §5.2.1 says; an `immutable` answer needs no `max-age` |
//! | `only-if-cached` | from the store, or a 504; nothing is sent, in the background either |
//! | a caller's own `If-None-Match`, `If-Modified-Since` | judged by a fresh answer; else they go up, and the 304 comes down, as they are |
//! | `If-Match`, `If-Unmodified-Since` | the origin's to judge |
//! | `HEAD` | from the answer to a `GET` |
//! | one range of bytes | cut from a whole 200, with `If-Range`; a 206 is never stored |
//! | `stale-while-revalidate` | the stale answer, and the origin is asked in the background, over [the client for it](Cache::revalidate_with); without one, the origin is asked first |
//! | `stale-if-error`, [`serve_stale_on_error`](Cache::serve_stale_on_error) | the stale answer, where the origin can't be reached, breaks off, or answers 500, 502, 503 or 504 |
//! | a `POST`, or any method that isn't known to be safe | goes to the origin; when it succeeds, what it has changed is asked for again |
//!
//! A stale answer never stands in for a refused credential, a session that ended, a cancelled call or any other status, and never
//! for one with `no-cache` or `must-revalidate`.
//!
//! # For whom
//!
//! The cache is above the layers that put credentials on, so that a hit costs none of their work. It goes by names instead. A
//! request is made
//!
//! - for the principal that [`principal_from`](Cache::principal_from) names, or else for that of the
//!   [`Call`](request_context::Call), which the outermost layers know;
//! - for nobody in particular, if no one names one and it carries no credential;
//! - for someone unknown, if it carries an `Authorization`, a `Cookie`, userinfo, a header marked sensitive or one whose
//!   [name sounds like a credential](request_context::is_credential_name), such as `x-api-key`, or if all requests are said to be [authenticated](Cache::authenticated). Then
//!   nothing stored answers it, and its answer is not stored.
//!
//! Below, a credential may turn out to be another's: someone has signed in meanwhile. So what the layers say that they sent is
//! compared when the answer comes. An answer is stored for a principal only if the credential was theirs, and for nobody only if
//! there was none. With a name from `principal_from` and no credential from a layer, the request's own is taken to be theirs.
//!
//! # When to use
//!
//! For answers that many calls of one program need, or that should be at hand offline. It is a private cache: a proxy for
//! several users needs a shared one.
//!
//! # Order
//!
//! Outside whatever sends again or puts credentials on: retries, refresh, auth, logs. Inside what follows redirects, or their
//! target would be stored for the first URL, and inside what turns answers into errors. A layer above that adds a header which
//! says who asks must mark it sensitive.
//!
//! # Stores
//!
//! [`MemoryStore`] holds up to 64 MiB, without copying or encoding. With the feature `http-cache`, `ManagerStore` keeps answers in
//! any `CacheManager` of the http-cache crates; with `redb`, `DiskStore` keeps them in a file. [`Store`] is for your own.

mod answer;
mod asked;
mod background;
mod cache;
mod cache_mode;
mod cache_status;
mod directives;
mod entry;
mod failure;
mod finishing;
#[cfg(feature = "http-cache")]
mod http_cache;
mod identity;
mod invalidation;
mod kept;
mod key;
mod lifetime;
mod marks;
mod memory;
mod middleware;
mod policy;
mod range;
mod recording;
mod revalidations;
mod share;
mod shared;
mod slot;
mod spawn;
mod status_header;
mod storable;
mod store;
mod taking;
mod validators;
mod variants;
mod variation;
mod whose;

#[cfg(feature = "http-cache")]
pub use ::http_cache::CacheManager;
pub use cache::Cache;
pub use cache_mode::CacheMode;
pub use cache_status::CacheStatus;
pub use entry::{Entry, EntryParts};
#[cfg(feature = "http-cache")]
pub use http_cache::ManagerStore;
#[cfg(feature = "redb")]
pub use http_cache::{DiskStore, OpenError};
pub use key::{Key, Scope};
pub use memory::MemoryStore;
pub use request_context::{OriginAllowList, Principal};
pub use store::Store;
pub use variants::Variants;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

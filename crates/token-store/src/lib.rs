//! Where a program's tokens live, and who may refresh them.
//!
//! Reading a [`TokenStore`] is free. Writing needs its lock, which only one holder has at a time among all who
//! share the store. Whoever refreshes takes the lock first, so that two of them never spend the same refresh
//! token, and a logout can't be undone by a refresh that was under way.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use token_store::{MemoryStore, TokenSet, TokenStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), token_store::StoreError> {
//! let store = MemoryStore::new();
//! let tokens = TokenSet::new("access-1")
//!     .refresh_token("refresh-1")
//!     .expires_at(SystemTime::now() + Duration::from_secs(3600));
//! store.lock().await?.save(tokens).await?;
//!
//! let tokens = store.load().await?.expect("just saved");
//! assert!(!tokens.is_expired(SystemTime::now()));
//! # Ok(()) }
//! ```
//!
//! To wait less long for the lock than the default 30 seconds:
//!
//! ```
//! use std::time::Duration;
//! use token_store::MemoryStore;
//!
//! let store = MemoryStore::new().lock_timeout(Duration::from_secs(5));
//! ```
//!
//! # When to use
//!
//! When tokens have to be found again by another part of the program. A program that keeps one session in one
//! refresh queue needs no store: the queue remembers the credential.

mod advisory_lock;
mod blocking;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod exclusive;
mod exposure;
mod file;
mod invalid_tokens;
mod json;
#[cfg(feature = "keyring")]
mod keyring;
mod lock_wait;
mod members;
mod memory;
mod private;
mod refresh_mark;
mod session_id;
mod steps;
mod store;
mod stored_tokens;
mod token_set;

pub use error::StoreError;
pub use exposure::Exposure;
pub use file::FileStore;
pub use invalid_tokens::InvalidTokens;
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
pub use refresh_mark::RefreshMark;
pub use session_id::SessionId;
pub use store::{LockedStore, TokenStore};
pub use stored_tokens::StoredTokens;
pub use token_set::TokenSet;

/// The type that tokens are held in, and the trait that shows one.
pub use secrecy::{ExposeSecret, SecretString};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

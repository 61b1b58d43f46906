//! Where a program's tokens live, and who may refresh them.
//!
//! Reading a [`TokenStore`] is free. Writing needs its lock, which only one holder has at a time among all who
//! share the store, in this process and in others. Whoever refreshes takes the lock first, so that two of them never
//! spend the same refresh token, and a logout can't be undone by a refresh that was under way.
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
//! A refresh by hand, over a file that other processes share. The mark tells whoever comes after a crash that the refresh
//! token may be spent:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use token_store::{FileStore, RefreshMark, TokenSet, TokenStore};
//!
//! # async fn exchange(_: &TokenSet) -> Result<TokenSet, token_store::InvalidTokens> {
//! #     TokenSet::from_json(br#"{"access_token":"access-2","expires_in":60}"#, SystemTime::now())
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let home = tempfile::tempdir()?;
//! # let config_folder = home.path();
//! let store = FileStore::new(config_folder.join("my-program").join("tokens.json"))
//!     .lock_timeout(Duration::from_secs(5));
//! # store.lock().await?.save(TokenSet::new("access-1").refresh_token("refresh-1").expires_at(SystemTime::UNIX_EPOCH)).await?;
//!
//! let mut locked = store.lock().await?;
//! if let Some(stored) = locked.load().await? {
//!     let tokens = stored.into_tokens();
//!     // Another process may have refreshed them while we waited for the lock.
//!     if tokens.expires_within(SystemTime::now(), Duration::from_secs(30)) {
//!         if let Some(mark) = RefreshMark::of(&tokens) {
//!             locked.mark(mark).await?;
//!         }
//!         let answer = exchange(&tokens).await?;
//!         locked.save(tokens.succeeded_by(answer)).await?;
//!     }
//! }
//! # assert!(!store.load().await?.unwrap().is_expired(SystemTime::now()));
//! # Ok(()) }
//! ```
//!
//! # When to use
//!
//! When tokens have to be found again: by another part of the program, by its next run, or by other processes. A program
//! that keeps one session in one refresh queue needs no store: the queue remembers the credential.
//!
//! - [`MemoryStore`] forgets with the program.
//! - [`FileStore`] keeps tokens between runs, and is shared by processes of one user on one machine.
//! - `KeyringStore` (feature `keyring`) does so in the keyring of the operating system.
//! - One of your own implements [`TokenStore`] and [`LockedStore`]. The feature `conformance` has the suite to check it.
//!
//! # Features
//!
//! - `keyring`: `KeyringStore`, over [`keyring-core`](https://docs.rs/keyring-core).
//! - `conformance`: `conformance::check`, a suite of promises for tests of your own store.
//!
//! # Events
//!
//! The stores that lock a file emit one `tracing` event for each step, of level TRACE and target `token_store`, on the
//! thread that takes the step, when it is done. Its fields are `step`, `path` (the tokens' file or its lock file), and for
//! the first two of a write `during`, which is `mark` or `save`:
//!
//! | `step` | when |
//! |---|---|
//! | `locked` | the lock is ours |
//! | `temporary file written` | the new content is safe on the disk, beside the former one |
//! | `renamed` | it has taken the former one's place |
//! | `marked`, `saved`, `cleared` | the call is about to return |
//! | `kept aside` | what could not be read has another name now |
//! | `unlocking` | the lock is about to be given back |
//!
//! No event carries a token.

mod absolute;
mod advisory_lock;
mod blocking;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod exclusive;
mod exposure;
mod file;
mod guard;
mod invalid_tokens;
mod json;
#[cfg(feature = "keyring")]
mod keyring;
mod lock_wait;
mod members;
mod memory;
mod private;
mod refresh_mark;
mod regular;
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

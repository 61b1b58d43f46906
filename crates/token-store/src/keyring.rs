//! Tokens in the keyring of the operating system.

mod entry;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use keyring_core::Entry;

use crate::absolute::absolute;
use crate::blocking::blocking;
use crate::lock_wait::LockWait;
use crate::{LockedStore, StoreError, StoredTokens, TokenSet, TokenStore};
use entry::TokensEntry;

/// Tokens in the keyring of the operating system, in an entry of any of the stores for
/// [`keyring-core`](keyring_core). Clones share it.
///
/// A keyring has no lock, so it needs a file for one, which all programs that share the entry must name alike. It is made
/// as [`FileStore`](crate::FileStore) makes its own, and holds nothing. There is no default for its path: the folders
/// that a system names for such files differ between a desktop session, a service and `sudo`, and two locks are none.
///
/// - An entry is replaced in one call of the keyring. Whether that is all or nothing in a crash, and outlives a loss of
///   power, is the keyring's promise, and not ours.
/// - Keyrings have limits: Windows keeps 2560 bytes. Tokens that are too long are [`StoreError::TooLarge`]. The room for
///   the mark of a refresh is taken from the beginning, so that what could be saved can be refreshed too.
/// - An entry that holds no readable tokens is [`StoreError::Corrupted`], for a save too: it has no place to be kept
///   aside. [`clear`](LockedStore::clear) removes it.
/// - Tokens without a session id have one that is derived from them. An `expires_in` counts from the first load that
///   finds the lock free, and writes it down as an `expires_at`.
/// - The lock file has to be a regular file of ours or of root's, and no link. It is never removed: if somebody else does
///   while its lock is held, the next one is another lock.
///
/// It works on a tokio runtime whose time is enabled, and calls the keyring on the runtime's blocking threads, since a
/// keyring may ask its user for a password.
///
/// ```
/// use token_store::{KeyringStore, TokenSet, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let state_folder = home.path();
/// // A program takes the store of its platform here.
/// keyring_core::set_default_store(keyring_core::mock::Store::new()?);
///
/// let entry = keyring_core::Entry::new("my-program", "ann")?;
/// let store = KeyringStore::new(entry, state_folder.join("my-program").join("session.lock"));
///
/// let mut locked = store.lock().await?;
/// locked.save(TokenSet::new("access-1").refresh_token("refresh-1")).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct KeyringStore {
    entry: Arc<Entry>,
    lock_path: PathBuf,
    lock_wait: LockWait,
}

impl KeyringStore {
    /// The store in this entry, with its lock on this file. A relative path is that of the current folder of now.
    pub fn new(entry: Entry, lock_path: impl Into<PathBuf>) -> Self {
        Self {
            entry: Arc::new(entry),
            lock_path: absolute(lock_path.into()),
            lock_wait: LockWait::new(),
        }
    }

    /// Sets how long to wait for the lock before giving up. Default: 15 seconds. A file system that hangs is given a
    /// second more.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_wait.limit(limit);
        self
    }

    /// The absolute path of the file that is locked.
    pub fn lock_path(&self) -> &Path {
        &self.lock_path
    }

    fn tokens_entry(&self) -> TokensEntry {
        TokensEntry::new(Arc::clone(&self.entry), self.lock_path.clone())
    }
}

/// Without the entry: what a store shows of its own is not ours to vouch for.
impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("lock_path", &self.lock_path)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for KeyringStore {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        let entry = self.tokens_entry();
        match blocking(move || entry.parsed()).await? {
            Some(parsed) if parsed.expiry_is_relative => {
                // Whoever has the lock writes it down, or leaves it to the next load.
                let mut locked = match self.clone().lock_timeout(Duration::ZERO).lock().await {
                    Err(busy) if busy.is_busy() => return Ok(Some(parsed.stored.into_tokens())),
                    locked => locked?,
                };
                Ok(locked.load().await?.map(StoredTokens::into_tokens))
            }
            parsed => Ok(parsed.map(|parsed| parsed.stored.into_tokens())),
        }
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let entry = self.tokens_entry();
        self.lock_wait.lock(move || entry.prepare()).await
    }
}

//! Tokens in a file.

mod location;
mod replacement;
mod set_aside;
mod tokens_file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;

use crate::absolute::absolute;
use crate::blocking::blocking;
use crate::exclusive::Place;
use crate::guard::Guard;
use crate::lock_wait::LockWait;
use crate::{LockedStore, StoreError, StoredTokens, TokenSet, TokenStore};
use tokens_file::TokensFile;

/// Tokens in a file, which all processes of a user may share. Clones share it too.
///
/// The file is JSON as token endpoints answer it (RFC 6749 §5.1), so one that was put there by hand or by another program
/// is read as well. It is created with mode 0600, in a folder created with mode 0700, and replaced as a whole: whoever
/// reads it, even after a crash or a loss of power, finds the former tokens or the new ones. The lock is an advisory one,
/// on a file beside it named `<name>.lock`, which stays. A process that dies gives it back.
///
/// - If the path is a link, what it leads to is replaced and the lock is beside that. Two hard links to a file have two
///   locks, and are two files after the first save.
/// - A folder that is not there holds nobody's tokens, as before the first sign-in: a load finds none, and a save makes it.
///   So does one that is not mounted yet. If that can be, make the path a link: one that leads to a missing folder is an
///   error.
/// - A file that holds no readable tokens is [`StoreError::Corrupted`]. A save or a clear keeps it aside as
///   `<name>.corrupted-<n>`.
/// - A file without a session id has one that is derived from its refresh token, or else from its access token, until a
///   write puts it down. Its `expires_in` counts from its modification time until then. So a load writes nothing and
///   waits for no lock, and a file that is mounted read-only can be read.
/// - A file of more than 1 MiB is [`StoreError::TooLarge`], and so are tokens that would make one, a mark included.
///
/// The lock file has to be a regular file of ours or of root's, and no link. Nobody should remove it. While its lock is
/// held, the next one to ask makes another, and there are two holders.
///
/// It works on a tokio runtime whose time is enabled, and does what blocks on the runtime's blocking threads.
///
/// ```
/// use token_store::{FileStore, TokenSet, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let config_folder = home.path();
/// let store = FileStore::new(config_folder.join("my-program").join("tokens.json"));
/// assert!(store.load().await?.is_none());
///
/// let mut locked = store.lock().await?;
/// locked.save(TokenSet::new("access-1").refresh_token("refresh-1")).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    guard: Guard,
    lock_wait: LockWait,
}

impl FileStore {
    /// The store in this file. It and its folder are made when they are first needed. A relative path is that of the current
    /// folder of now, wherever the program goes; a `~` in it is a folder of that name.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: absolute(path.into()),
            guard: Guard::default(),
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

    /// Sets whether tokens that other users of the machine can get at are refused. Default: `true`. With `false` they
    /// are taken, and a `tracing` event of level WARN says so once. What is written is private in any case.
    #[must_use]
    pub fn refuse_exposed(mut self, refuse: bool) -> Self {
        self.guard.refuse(refuse);
        self
    }

    /// The path it was made with, as an absolute one.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        let Self { path, guard, .. } = self.clone();
        let stored = blocking(move || TokensFile::find(&path, guard)?.read()).await?;
        Ok(stored.map(StoredTokens::into_tokens))
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let Self { path, guard, .. } = self.clone();
        self.lock_wait
            .lock(move || TokensFile::prepare(&path, guard))
            .await
    }
}

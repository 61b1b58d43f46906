//! A lock among processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{StoreError, private, steps};

/// An advisory lock on a file, among all processes and all handles of one. The system gives it back when its process
/// dies.
#[derive(Debug)]
pub(crate) struct AdvisoryLock {
    file: File,
    path: PathBuf,
}

impl AdvisoryLock {
    /// Takes the lock if it is free.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => {
                steps::done("locked", path);
                Ok(Some(Self {
                    file,
                    path: path.to_owned(),
                }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path)(error)),
        }
    }
}

/// Both calls return at once, so that they may run on a thread of the runtime.
impl Drop for AdvisoryLock {
    fn drop(&mut self) {
        steps::done("unlocking", &self.path);
        // Closing would do, unless a process that is just being started holds a copy of the descriptor.
        let _ = self.file.unlock();
    }
}

/// Opens the lock file, which is made once and never removed: whoever locked a removed one would be alone with it.
fn open(path: &Path) -> Result<File, StoreError> {
    let existing = || OpenOptions::new().write(true).open(path);
    match existing() {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        opened => return opened.map_err(StoreError::io("open", path)),
    }
    match private::create_file(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            existing().map_err(StoreError::io("open", path))
        }
        created => created.map_err(StoreError::io("create", path)),
    }
}

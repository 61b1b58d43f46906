//! A lock among processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::guard::Guard;
use crate::regular::must_be_regular;
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
    pub(crate) fn try_take(path: &Path, guard: &Guard) -> Result<Option<Self>, StoreError> {
        match open(path, guard)? {
            Some(file) => Self::of(file, path),
            None => Ok(None),
        }
    }

    fn of(file: File, path: &Path) -> Result<Option<Self>, StoreError> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path)(error)),
        }
        if !is_still_there(&file, path).map_err(StoreError::io("lock", path))? {
            return Ok(None);
        }
        steps::done("locked", path);
        Ok(Some(Self {
            file,
            path: path.to_owned(),
        }))
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

/// Opens the lock file, which is made once and never removed. None when it can't be had just now.
fn open(path: &Path, guard: &Guard) -> Result<Option<File>, StoreError> {
    if let Some(opened) = open_existing(path, guard)? {
        return Ok(Some(opened));
    }
    match private::create_file(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // Somebody else was faster.
            open_existing(path, guard)
        }
        created => created.map(Some).map_err(StoreError::io("create", path)),
    }
}

/// Opens the lock file if it is there, a regular file, and not in a stranger's hands. That is looked at before, since
/// the opening alone can have consequences, and after, since it may be another one by then.
fn open_existing(path: &Path, guard: &Guard) -> Result<Option<File>, StoreError> {
    let found = match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(StoreError::io("open", path))?,
    };
    let check = |metadata| {
        must_be_regular(metadata).map_err(StoreError::io("use", path))?;
        guard.check_lock(path, metadata)
    };
    check(&found)?;
    let file = match lock_file_options().open(path) {
        // It has gone in this moment, or a lease on it is being given back.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::WouldBlock) => {
            return Ok(None);
        }
        opened => opened.map_err(StoreError::io("open", path))?,
    };
    check(&file.metadata().map_err(StoreError::io("open", path))?)?;
    Ok(Some(file))
}

/// Follows no link, and waits for nobody.
fn lock_file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        options.custom_flags(flags.cast_signed());
    }
    options
}

/// Whether the locked file is the one that others find there. Whoever cleaned up may have removed it since it was opened:
/// its lock would be ours alone, and somebody else would have that of the next one.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let locked = file.metadata()?;
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        found => found.map(|found| (found.dev(), found.ino()) == (locked.dev(), locked.ino())),
    }
}

#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_lock_file_that_was_removed_or_replaced_since_it_was_opened_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let opened = || open(&path, &Guard::default()).unwrap().unwrap();

        let removed = opened();
        fs::remove_file(&path).unwrap();
        assert!(AdvisoryLock::of(removed, &path).unwrap().is_none());

        let replaced = opened();
        fs::remove_file(&path).unwrap();
        let next = opened();
        assert!(AdvisoryLock::of(replaced, &path).unwrap().is_none());

        let held = AdvisoryLock::of(next, &path).unwrap().unwrap();
        assert!(AdvisoryLock::of(opened(), &path).unwrap().is_none());
        drop(held);
        assert!(AdvisoryLock::of(opened(), &path).unwrap().is_some());
    }

    #[test]
    fn a_link_that_appears_after_the_look_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("lock"), folder.path().join("target"));
        fs::write(&target, "").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        lock_file_options().open(&target).unwrap();
        assert!(lock_file_options().open(&path).is_err());
    }
}

//! A store in a file.

use std::error::Error;
use std::fs::{self, DirBuilder};
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use http_cache::RedbManager;
use redb::{Database, DatabaseError, StorageError};

use super::manager_store::{LIMIT, ManagerStore};
use super::open_error::OpenError;

/// The name of the file in its folder.
const FILE: &str = "answers.redb";
/// How long a program that has the file open is waited for: it may be about to end, or a store to be closed.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of the file is kept in memory, in bytes.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// A store in a file of redb's, which needs nothing installed.
pub type DiskStore = ManagerStore<RedbManager>;

impl DiskStore {
    /// Opens the store in this folder, with a limit of 256 MiB. It blocks while it repairs what a program left that was
    /// killed.
    ///
    /// A folder that isn't there is made, for the user alone. Answers are written as they came: keep it private.
    ///
    /// A file that can't be read as a store is deleted, and an empty one takes its place. One that is open elsewhere is waited
    /// for, for a second: what a store that was dropped had begun to write is written first.
    ///
    /// # Errors
    ///
    /// Another program has the store open for longer, or the folder or file can't be written.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_limit(folder, LIMIT)
    }

    /// Opens the store in this folder, as [`open`](Self::open) does, with a limit of so many bytes.
    ///
    /// The file may be larger for a while, and doesn't shrink: what is deleted in it makes room in it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_limit(folder: impl AsRef<Path>, bytes: u64) -> Result<Self, OpenError> {
        let folder = folder.as_ref();
        make_private(folder).map_err(failed)?;
        let file = folder.join(FILE);
        let begun = Instant::now();
        let mut opened = manager(&file);
        while matches!(opened, Err(Unopened::Otherwise(OpenError::InUse(_))))
            && begun.elapsed() < PATIENCE
        {
            // A lock of a file tells nobody when it is free.
            thread::sleep(Duration::from_millis(10));
            opened = manager(&file);
        }
        let manager = match opened {
            Ok(manager) => manager,
            Err(Unopened::Unreadable(_)) => {
                fs::remove_file(&file).map_err(failed)?;
                manager(&file)?
            }
            Err(unopened) => return Err(unopened.into()),
        };
        Ok(Self::with_limit(manager, bytes))
    }
}

/// Why a file isn't open.
enum Unopened {
    /// It is no store: neither redb nor a manager can make anything of it.
    Unreadable(Box<dyn Error + Send + Sync>),
    Otherwise(OpenError),
}

fn manager(file: &Path) -> Result<RedbManager, Unopened> {
    let open = || {
        let database = Database::builder()
            .set_cache_size(IN_MEMORY)
            .create(file)
            .map_err(unopened)?;
        RedbManager::from_database(Arc::new(database)).map_err(Unopened::Unreadable)
    };
    // redb panics at some broken files, such as one that was cut.
    let outcome = panic::catch_unwind(AssertUnwindSafe(open));
    outcome.unwrap_or_else(|_| Err(Unopened::Unreadable("redb panicked at it".into())))
}

/// Only what is known to be a broken file is one: others may be someone's good file.
fn unopened(error: DatabaseError) -> Unopened {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        DatabaseError::UpgradeRequired(_)
        | DatabaseError::RepairAborted
        | DatabaseError::Storage(StorageError::Corrupted(_)) => Unopened::Unreadable(error.into()),
        DatabaseError::Storage(StorageError::Io(error))
            if matches!(error.kind(), InvalidData | UnexpectedEof) =>
        {
            Unopened::Unreadable(error.into())
        }
        DatabaseError::DatabaseAlreadyOpen => Unopened::Otherwise(OpenError::InUse(error.into())),
        error => Unopened::Otherwise(failed(error)),
    }
}

fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> OpenError {
    OpenError::Failed(error.into())
}

impl From<Unopened> for OpenError {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Unreadable(error) => Self::Failed(error),
            Unopened::Otherwise(error) => error,
        }
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

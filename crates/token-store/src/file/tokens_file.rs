//! One file with tokens.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::location::Location;
use super::replacement::{self, Replacement};
use super::set_aside::set_aside;
use crate::exclusive::Place;
use crate::guard::Guard;
use crate::json;
use crate::regular::must_be_regular;
use crate::steps::Purpose;
use crate::{StoreError, StoredTokens};

/// The largest file, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// One file with tokens, wherever its path leads.
#[derive(Debug)]
pub(super) struct TokensFile {
    location: Location,
    lock_path: PathBuf,
    guard: Guard,
}

impl TokensFile {
    /// Finds it, to be read.
    pub(super) fn find(path: &Path, guard: Guard) -> Result<Self, StoreError> {
        Ok(Self::at(Location::find(path)?, guard))
    }

    /// Makes its folder, to be written to.
    pub(super) fn prepare(path: &Path, guard: Guard) -> Result<Self, StoreError> {
        let file = Self::at(Location::make(path)?, guard);
        file.metadata()?; // A folder in its place is no place for a lock.
        file.guard.check_folder(file.location.folder())?;
        Ok(file)
    }

    fn at(location: Location, guard: Guard) -> Self {
        Self {
            lock_path: location.beside(".lock"),
            location,
            guard,
        }
    }

    /// What the file system knows about it, if it is there. Anything but a file is an error.
    fn metadata(&self) -> Result<Option<Metadata>, StoreError> {
        let path = self.location.file();
        let metadata = match path.symlink_metadata() {
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(StoreError::io("use", &path))?,
        };
        must_be_regular(&metadata).map_err(StoreError::io("use", &path))?;
        Ok(Some(metadata))
    }

    /// Opens it, and checks who else can, on the opened file itself.
    fn open(&self) -> Result<Option<File>, StoreError> {
        if self.metadata()?.is_none() {
            return Ok(None);
        }
        let path = self.location.file();
        let file = match File::open(&path) {
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(StoreError::io("open", &path))?,
        };
        let metadata = file.metadata().map_err(StoreError::io("read", &path))?;
        self.guard.check(&path, &metadata, self.location.folder())?;
        Ok(Some(file))
    }

    fn parse(&self, file: File) -> Result<StoredTokens, StoreError> {
        let path = self.location.file();
        let error = || StoreError::io("read", &path);
        let metadata = file.metadata().map_err(error())?;
        let mut content = Vec::new();
        let read = file.take(LIMIT + 1).read_to_end(&mut content);
        read.map_err(error())?;
        let size = metadata.len().max(content.len() as u64);
        self.check_size(size)?;
        let issued_at = metadata.modified().unwrap_or_else(|_| SystemTime::now());
        let parsed = json::parse(&content, issued_at).map_err(|source| StoreError::Corrupted {
            path: Some(path),
            source,
        })?;
        Ok(parsed.stored)
    }

    fn check_size(&self, size: u64) -> Result<(), StoreError> {
        if size <= LIMIT {
            return Ok(());
        }
        Err(StoreError::TooLarge {
            path: Some(self.location.file()),
            size,
            limit: LIMIT,
        })
    }

    /// Whether something is there that no program of ours has written.
    fn is_unreadable(&self) -> Result<bool, StoreError> {
        match self.read() {
            Ok(_) => Ok(false),
            Err(StoreError::Corrupted { .. } | StoreError::TooLarge { .. }) => Ok(true),
            Err(other) => Err(other),
        }
    }
}

impl Place for TokensFile {
    fn lock_path(&self) -> &Path {
        &self.lock_path
    }

    fn guard(&self) -> &Guard {
        &self.guard
    }

    fn read(&self) -> Result<Option<StoredTokens>, StoreError> {
        self.open()?.map(|file| self.parse(file)).transpose()
    }

    fn write(&self, tokens: &StoredTokens, purpose: Purpose) -> Result<(), StoreError> {
        let content = tokens.to_json();
        let content = content.expose_secret().as_bytes();
        // A mark has to fit where its tokens did: without it they could never be refreshed.
        let room = match tokens.refresh_mark() {
            Some(_) => 0,
            None => json::MARK_LENGTH,
        };
        self.check_size((content.len() + room) as u64)?;
        let unreadable = self.is_unreadable()?;
        replacement::sweep(&self.location);
        let replacement = Replacement::write(&self.location, content, purpose)?;
        if unreadable {
            set_aside(&self.location)?;
        }
        replacement.put_in_place()
    }

    fn remove(&self) -> Result<(), StoreError> {
        // Those of a crash hold tokens too.
        replacement::sweep(&self.location);
        let Some(metadata) = self.metadata()? else {
            return Ok(());
        };
        let path = self.location.file();
        // That others can read it is one more reason to remove it.
        self.guard.check_owner(&path, &metadata)?;
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        match self.parse(file) {
            Ok(_) => fs::remove_file(&path).map_err(StoreError::io("remove", &path))?,
            Err(StoreError::Corrupted { .. } | StoreError::TooLarge { .. }) => {
                set_aside(&self.location)?;
            }
            Err(other) => return Err(other),
        }
        let folder = self.location.folder();
        crate::private::flush_folder(folder).map_err(StoreError::io("flush the folder", folder))
    }
}

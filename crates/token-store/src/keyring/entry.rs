//! One entry with tokens.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use crate::exclusive::Place;
use crate::guard::Guard;
use crate::json::{self, Parsed};
use crate::steps::Purpose;
use crate::{InvalidTokens, StoreError, StoredTokens, private};

/// One entry with tokens, and the file that is locked for it.
pub(super) struct TokensEntry {
    entry: Arc<Entry>,
    lock_path: PathBuf,
    guard: Guard,
}

impl TokensEntry {
    pub(super) fn new(entry: Arc<Entry>, lock_path: PathBuf) -> Self {
        Self {
            entry,
            lock_path,
            guard: Guard::default(),
        }
    }

    /// Makes the lock file's folder.
    pub(super) fn prepare(self) -> Result<Self, StoreError> {
        let folder = self.lock_path.parent().unwrap_or(Path::new(""));
        private::create_folders(folder).map_err(StoreError::io("create the folder", folder))?;
        Ok(self)
    }

    pub(super) fn parsed(&self) -> Result<Option<Parsed>, StoreError> {
        // As bytes: the text of a Windows entry takes two of them for each letter.
        let secret = match self.entry.get_secret() {
            Err(Error::NoEntry) => return Ok(None),
            read => read.map_err(|error| typed(error, 0))?,
        };
        json::parse(&secret, SystemTime::now())
            .map(Some)
            .map_err(corrupted)
    }

    fn put(&self, tokens: &StoredTokens) -> Result<(), StoreError> {
        let mut text = tokens.to_json().expose_secret().to_owned();
        if tokens.refresh_mark().is_none() {
            // Spaces before the end mean nothing, and take the room that a mark will need.
            text.insert_str(text.len() - 1, &" ".repeat(json::MARK_LENGTH));
        }
        let text = SecretString::from(text);
        let text = text.expose_secret().as_bytes();
        self.entry
            .set_secret(text)
            .map_err(|error| typed(error, text.len()))
    }
}

impl Place for TokensEntry {
    fn lock_path(&self) -> &Path {
        &self.lock_path
    }

    fn guard(&self) -> &Guard {
        &self.guard
    }

    fn read(&self) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.parsed()?.map(|parsed| parsed.stored))
    }

    fn read_locked(&self) -> Result<Option<StoredTokens>, StoreError> {
        let Some(parsed) = self.parsed()? else {
            return Ok(None);
        };
        if parsed.expiry_is_relative {
            // An entry does not tell since when it is there. Counted anew by each load, it would never be over.
            self.put(&parsed.stored)?;
        }
        Ok(Some(parsed.stored))
    }

    fn write(&self, tokens: &StoredTokens, purpose: Purpose) -> Result<(), StoreError> {
        if purpose == Purpose::Save {
            self.read()?;
        }
        self.put(tokens)
    }

    fn remove(&self) -> Result<(), StoreError> {
        match self.entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            removed => removed.map_err(|error| typed(error, 0)),
        }
    }
}

/// Keeps the source where it holds nothing of what is kept.
fn typed(error: Error, size: usize) -> StoreError {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => corrupted(InvalidTokens::NotText),
        Error::TooLong(_, limit) => StoreError::TooLarge {
            path: None,
            size: size as u64,
            limit: limit.into(),
        },
        // Its text is the debug output of all of them.
        Error::Ambiguous(entries) => StoreError::failed(format!(
            "the entry stands for {} credentials",
            entries.len()
        )),
        other => StoreError::failed(other),
    }
}

fn corrupted(source: InvalidTokens) -> StoreError {
    StoreError::Corrupted { path: None, source }
}

//! What the tests of the file store share.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod events;
pub(crate) mod process;

use std::fs;
use std::path::{Path, PathBuf};

use token_store::{ExposeSecret, FileStore, RefreshMark, StoreError, TokenSet, TokenStore};

/// A folder that goes away, and the path of a token file in it.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path("tokens.json")
    }

    pub(crate) fn store(&self) -> FileStore {
        FileStore::new(self.file())
    }

    /// Puts a file there that only its owner can read.
    pub(crate) fn put(&self, content: impl AsRef<[u8]>) {
        fs::write(self.file(), content).unwrap();
        chmod(&self.file(), 0o600);
    }

    /// The names of all that is in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[cfg(unix)]
pub(crate) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn chmod(_: &Path, _: u32) {}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

pub(crate) fn tokens(number: u32) -> TokenSet {
    TokenSet::new(format!("a{number}")).refresh_token(format!("r{number}"))
}

pub(crate) fn mark_of(tokens: &TokenSet) -> RefreshMark {
    RefreshMark::of(tokens).unwrap()
}

pub(crate) async fn save(store: &FileStore, tokens: TokenSet) -> Result<(), StoreError> {
    store.lock().await?.save(tokens).await
}

/// The access token that a load brings.
pub(crate) async fn access(store: &FileStore) -> Option<String> {
    let tokens = store.load().await.unwrap()?;
    Some(tokens.access().expose_secret().to_owned())
}

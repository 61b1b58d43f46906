//! What can go wrong with a token store.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Exposure, InvalidTokens};

/// What can go wrong with a token store. None of its texts shows a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another holder kept the lock for the whole time that we were ready to wait.
    #[error("the token store was busy for {waited:?}")]
    Busy {
        /// How long we waited.
        waited: Duration,
    },
    /// Other users of the machine can get at the tokens. The text says how to end that.
    #[error("{}", exposure.explain(path))]
    Exposed {
        /// The file or folder that is open to others.
        path: PathBuf,
        /// In what way.
        exposure: Exposure,
    },
    /// What is kept there is no token set, or no longer. Nobody has changed it.
    #[error("{} holds no readable tokens", name(path.as_deref()))]
    Corrupted {
        /// The file, if they are kept in one.
        path: Option<PathBuf>,
        /// What is wrong with it.
        source: InvalidTokens,
    },
    /// The tokens, or what is kept in their place, are longer than the store takes. What was kept is still there.
    #[error("{size} bytes are too much for {}: its limit is {limit}", name(path.as_deref()))]
    TooLarge {
        /// The file, if they are kept in one.
        path: Option<PathBuf>,
        /// Their size in bytes.
        size: u64,
        /// What the store takes, in bytes.
        limit: u64,
    },
    /// The operating system refused something. The source says why.
    #[error("can't {action} {}", path.display())]
    Io {
        /// What was tried, as it goes with "can't".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The store itself failed; the source says how.
    #[error("the token store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The store failed for this reason. For stores of your own.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }

    /// Whether another holder kept the lock for too long: a later try may succeed.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// The file or folder it is about, if it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Exposed { path, .. } | Self::Io { path, .. } => Some(path),
            Self::Corrupted { path, .. } | Self::TooLarge { path, .. } => path.as_deref(),
            _ => None,
        }
    }

    /// Turns what the operating system said into what we could not do, for use with `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn name(path: Option<&Path>) -> String {
    path.map_or_else(
        || "the token store".to_owned(),
        |path| path.display().to_string(),
    )
}

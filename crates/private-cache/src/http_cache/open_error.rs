//! Why a store's file can't be opened.

use std::error::Error;
use std::fmt;

/// Why a store's file can't be opened. What the system or redb says is its source.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another program has it open, or another store of this one.
    InUse(Box<dyn Error + Send + Sync>),
    /// It can't be read or written.
    Failed(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InUse(_) => "the cache's file is in use",
            Self::Failed(_) => "the cache's file can't be read or written",
        })
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::InUse(error) | Self::Failed(error) => Some(&**error),
        }
    }
}

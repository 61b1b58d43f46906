//! What can go wrong with a token store.

use std::error::Error;
use std::time::Duration;

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
    /// The store itself failed; the source says how.
    #[error("the token store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The store failed for this reason. For stores of your own.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

//! What can go wrong with a token store.

use std::error::Error;
use std::time::Duration;

use serde_json::error::Category;

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

/// What was read is no token set. It shows nothing of what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokens {
    /// It is no JSON object.
    #[error("not a JSON object: {category} at line {line} column {column}")]
    NotJson {
        /// What is wrong with it.
        category: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// This member is missing, or of a wrong type.
    #[error("the member `{0}` is missing or of a wrong type")]
    Member(&'static str),
}

impl InvalidTokens {
    /// Without the error's text, which quotes what it read.
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::NotJson {
            category: match error.classify() {
                Category::Io | Category::Syntax => "a syntax error",
                Category::Data => "another type",
                Category::Eof => "an early end",
            },
            line: error.line(),
            column: error.column(),
        }
    }
}

impl StoreError {
    /// The store failed for this reason. For stores of your own.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

//! What is wrong with a text that should be tokens.

use serde_json::error::Category;

/// What was read is no token set. It shows nothing of what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokens {
    /// It is no JSON object.
    #[error("not a JSON object: {category} in line {line}, column {column}")]
    NotJson {
        /// What is wrong with it.
        category: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1; 0 when the line is empty.
        column: usize,
    },
    /// This member is missing, or of a wrong type.
    #[error("the member `{0}` is missing or of a wrong type")]
    Member(&'static str),
    /// It is no text in UTF-8, or what keeps it can't make it one.
    #[error("not a text")]
    NotText,
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

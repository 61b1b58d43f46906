//! What a store tells of its steps.
//!
//! Each step is one event of level TRACE and target `token_store`, emitted by the thread that takes it, at the moment it
//! is done. So a test can watch the steps, and end a program at each of them. No event carries a token.

use std::path::Path;

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To note that a refresh is under way.
    Mark,
    /// To keep new tokens.
    Save,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Save => "save",
        }
    }
}

/// Tells that a step is done.
pub(crate) fn done(step: &'static str, path: &Path) {
    tracing::trace!(target: "token_store", step, path = %path.display());
}

/// Tells that a step of a write is done.
pub(crate) fn written(step: &'static str, purpose: Purpose, path: &Path) {
    tracing::trace!(target: "token_store", step, during = purpose.name(), path = %path.display());
}

//! A place in a stream, to go on from in another process.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::position::Position;

/// The version of what a checkpoint holds.
const VERSION: u32 = 1;

/// A place in a stream: go on from it with [`Pager::resume`](crate::Pager::resume), in another process if need be.
///
/// It is small: what leads to a page, and how many of its items have been yielded. It holds no credential and no header of
/// the caller's. It does hold cursors and next links, which some servers sign: keep it as you would keep those.
///
/// What is stored is versioned, and has all its fields in any format of serde's. They are nobody's business but this crate's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    version: u32,
    style: String,
    /// A later version may have another form, which must not hide that it is a later version.
    #[serde(default)]
    position: Position,
}

impl Checkpoint {
    pub(crate) fn new(style: &str, position: Position) -> Self {
        Self {
            version: VERSION,
            style: style.to_owned(),
            position,
        }
    }

    /// Whether the stream has ended here: a resumed one yields nothing.
    pub fn is_end(&self) -> bool {
        self.position.request.is_none()
    }

    /// The position, if this style made the checkpoint.
    pub(crate) fn open(self, style: &str) -> Result<Position, CheckpointError> {
        if self.version != VERSION {
            let found = self.version;
            return Err(CheckpointError::Version { found });
        }
        if self.style != style {
            return Err(CheckpointError::Style);
        }
        // Pages are counted from 1.
        if self.position.page == 0 {
            return Err(CheckpointError::Incomplete);
        }
        Ok(self.position)
    }
}

/// Shows no cursor.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("version", &self.version)
            .field("style", &self.style)
            .field("page", &self.position.page)
            .field("index", &self.position.index)
            .field("is_end", &self.is_end())
            .finish_non_exhaustive()
    }
}

/// Why a checkpoint can't be resumed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Another version of this crate made it, in another form.
    #[error("the checkpoint has version {found}, which is not known here")]
    Version {
        /// Its version.
        found: u32,
    },
    /// Another way of paging made it.
    #[error("the checkpoint was made by another way of paging")]
    Style,
    /// It says no page.
    #[error("the checkpoint is incomplete")]
    Incomplete,
    /// It leads to another origin than the first page's, and not without credentials.
    #[error("the checkpoint leads to another origin")]
    OtherOrigin,
}

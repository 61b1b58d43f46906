//! A place in a stream, to go on from in another process.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PageRequest;

/// The version of what a checkpoint holds.
const VERSION: u32 = 1;

/// A place in a stream: go on from it with [`Pager::resume`](crate::Pager::resume), in another process if need be.
///
/// It is small: what leads to a page, and how many of its items have been yielded. It holds no credential and no header of
/// the caller's. It does hold cursors and next links, which some servers sign: keep it as you would keep those.
///
/// What is stored is versioned. Its fields are nobody's business but this crate's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    version: u32,
    style: String,
    /// The page to ask for; none if there is nothing more.
    #[serde(default)]
    request: Option<PageRequest>,
    /// Which page that is.
    page: u64,
    /// How many of its items have been yielded.
    #[serde(default)]
    index: usize,
}

impl Checkpoint {
    pub(crate) fn new(style: &str, request: Option<PageRequest>, page: u64, index: usize) -> Self {
        Self {
            version: VERSION,
            style: style.to_owned(),
            request,
            page,
            index,
        }
    }

    /// Whether the stream has ended here: a resumed one yields nothing.
    pub fn is_end(&self) -> bool {
        self.request.is_none()
    }

    /// The page to ask for, its number and how many of its items to leave out, if this style made the checkpoint.
    pub(crate) fn open(
        self,
        style: &str,
    ) -> Result<(Option<PageRequest>, u64, usize), CheckpointError> {
        if self.version != VERSION {
            let found = self.version;
            return Err(CheckpointError::Version { found });
        }
        if self.style != style {
            return Err(CheckpointError::Style);
        }
        Ok((self.request, self.page, self.index))
    }
}

/// Shows no cursor.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("version", &self.version)
            .field("style", &self.style)
            .field("page", &self.page)
            .field("index", &self.index)
            .field("is_end", &self.is_end())
            .finish_non_exhaustive()
    }
}

/// A checkpoint can't be resumed here.
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
    /// It leads to another origin, with credentials.
    #[error("the checkpoint leads to another origin")]
    OtherOrigin,
}

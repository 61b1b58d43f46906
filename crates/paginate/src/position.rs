//! A place between two items.

use serde::{Deserialize, Serialize};

use crate::PageRequest;

/// A place between two items: a page, and how many of its items come before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// What asks for the page; none at the end.
    #[serde(default)]
    pub(crate) request: Option<PageRequest>,
    /// Which page that is, counted from 1.
    #[serde(default)]
    pub(crate) page: u64,
    /// How many items the pages before have.
    #[serde(default)]
    pub(crate) items_before: u64,
    /// How many items of this page come before.
    #[serde(default)]
    pub(crate) index: usize,
}

impl Position {
    pub(crate) fn first(request: PageRequest) -> Self {
        Self {
            request: Some(request),
            page: 1,
            ..Self::default()
        }
    }

    /// The same page, after this many of its items.
    pub(crate) fn after(&self, index: usize) -> Self {
        Self {
            index,
            ..self.clone()
        }
    }
}

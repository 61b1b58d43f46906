//! The stored answers to one URL.

use std::sync::Arc;

use crate::Entry;

/// The stored answers to one URL for one identity: one for each combination of the request headers that the origin's `Vary`
/// names (RFC 9111 §4.1), the latest first.
#[derive(Clone, Debug, Default)]
pub struct Variants(Vec<Arc<Entry>>);

impl Variants {
    /// These answers, the latest first.
    pub fn new(entries: Vec<Arc<Entry>>) -> Self {
        Self(entries)
    }

    /// The answers, the latest first.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.0
    }

    /// How many bytes of memory they take, about.
    pub fn weigh(&self) -> usize {
        self.0.iter().map(|entry| entry.weigh()).sum()
    }
}

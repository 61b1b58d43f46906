//! The stored answers to one URL.

use std::sync::Arc;

use http::HeaderMap;

use crate::Entry;
use crate::variation::fits;

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

    /// The latest that fits a request with these headers.
    pub(crate) fn select(&self, request: &HeaderMap) -> Option<&Arc<Entry>> {
        self.0
            .iter()
            .find(|entry| fits(&entry.parts().varied, request))
    }

    /// These answers without those that fit a request with these headers.
    pub(crate) fn without(&self, request: &HeaderMap) -> Self {
        let others = self
            .0
            .iter()
            .filter(|entry| !fits(&entry.parts().varied, request));
        Self(others.cloned().collect())
    }

    /// These answers with one more in front, which fits a request with these headers; at most this many.
    pub(crate) fn with(&self, entry: Arc<Entry>, request: &HeaderMap, most: usize) -> Self {
        let mut variants = self.without(request);
        variants.0.insert(0, entry);
        variants.0.truncate(most);
        variants
    }

    /// How many bytes of memory they take, about.
    pub fn weigh(&self) -> usize {
        self.0.iter().map(|entry| entry.weigh()).sum()
    }
}

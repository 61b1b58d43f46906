//! What one key may take of a store.

use std::sync::Arc;

use crate::Variants;

/// What is stored under one key takes no more than this part of a store.
pub(crate) const SHARE: u64 = 8;

/// As many of the latest variants as fit, if any does.
pub(crate) fn fitting(
    variants: Arc<Variants>,
    fits: impl Fn(&Variants) -> bool,
) -> Option<Arc<Variants>> {
    if fits(&variants) {
        return Some(variants);
    }
    (1..variants.entries().len())
        .rev()
        .map(|latest| Variants::new(variants.entries()[..latest].to_vec()))
        .find(fits)
        .map(Arc::new)
}

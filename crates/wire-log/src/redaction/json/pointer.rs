//! JSON pointers (RFC 6901), with a wildcard.

/// A place in a JSON document.
#[derive(Clone, Debug)]
pub(crate) struct Pointer(Vec<String>);

impl Pointer {
    /// Whatever isn't a pointer points at nothing.
    pub(crate) fn new(pointer: &str) -> Self {
        let segments = pointer.split('/').skip(1);
        // In this order, so that `~01` is `~1` (RFC 6901 §4).
        Self(
            segments
                .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
                .collect(),
        )
    }

    /// Whether this is the place that it points at.
    pub(super) fn is_at(&self, path: &[String]) -> bool {
        let mut pairs = self.0.iter().zip(path);
        self.0.len() == path.len()
            && pairs.all(|(wanted, segment)| wanted == "*" || wanted == segment)
    }
}

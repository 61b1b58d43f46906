//! How much a stream takes from a server.

/// How much a stream takes from a server before it says that it's too much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) pages: u64,
    pub(crate) items: u64,
    pub(crate) page_bytes: usize,
    pub(crate) next_bytes: usize,
    pub(crate) empty_pages: u32,
    pub(crate) failures: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 10_000,
            items: 1_000_000,
            page_bytes: 16 * 1024 * 1024,
            next_bytes: 8 * 1024,
            empty_pages: 32,
            failures: 16,
        }
    }
}

//! An RFC 9111 cache for one program on behalf of its users.

mod entry;
mod key;
mod store;
mod variants;

pub use entry::{Entry, EntryParts};
pub use key::{Key, Scope};
pub use store::Store;
pub use variants::Variants;

//! An RFC 9111 cache for one program on behalf of its users.

mod answer;
mod asked;
mod background;
mod cache;
mod cache_mode;
mod cache_status;
mod commit;
mod directives;
mod entry;
mod failure;
mod identity;
mod invalidation;
mod kept;
mod key;
mod lifetime;
mod middleware;
mod policy;
mod range;
mod recording;
mod revalidations;
mod shared;
mod spawn;
mod status_header;
mod store;
mod taking;
mod validators;
mod variants;
mod variation;

pub use cache::Cache;
pub use cache_mode::CacheMode;
pub use cache_status::CacheStatus;
pub use entry::{Entry, EntryParts};
pub use key::{Key, Scope};
pub use request_context::{OriginAllowList, Principal};
pub use store::Store;
pub use variants::Variants;

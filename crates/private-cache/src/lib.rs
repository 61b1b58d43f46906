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
#[cfg(feature = "http-cache")]
mod http_cache;
mod identity;
mod invalidation;
mod kept;
mod key;
mod lifetime;
mod memory;
mod middleware;
mod policy;
mod range;
mod recording;
mod revalidations;
mod share;
mod shared;
mod spawn;
mod status_header;
mod store;
mod taking;
mod validators;
mod variants;
mod variation;

#[cfg(feature = "http-cache")]
pub use ::http_cache::CacheManager;
pub use cache::Cache;
pub use cache_mode::CacheMode;
pub use cache_status::CacheStatus;
pub use entry::{Entry, EntryParts};
#[cfg(feature = "http-cache")]
pub use http_cache::ManagerStore;
#[cfg(feature = "redb")]
pub use http_cache::{DiskStore, OpenError};
pub use key::{Key, Scope};
pub use memory::MemoryStore;
pub use request_context::{OriginAllowList, Principal};
pub use store::Store;
pub use variants::Variants;

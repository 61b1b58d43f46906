//! Stores and words of the [`http_cache`](::http_cache) crate.

#[cfg(feature = "redb")]
mod disk_store;
mod fingerprint;
mod index;
mod manager_store;
mod mode;
#[cfg(feature = "redb")]
mod open_error;
mod record;
mod seal;
mod sweep;
mod work;

#[cfg(feature = "redb")]
pub use disk_store::DiskStore;
pub use manager_store::ManagerStore;
#[cfg(feature = "redb")]
pub use open_error::OpenError;

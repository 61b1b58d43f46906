//! Where answers are kept.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Key, Scope, Variants};

/// Where answers are kept.
///
/// Nothing here fails: a store that can't read has nothing, and one that can't write drops what it was given. It may drop
/// anything at any time.
///
/// # Cancel safety
///
/// The future of each method may be dropped. A later [`get`](Self::get) then finds the state before or after it, or nothing.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
pub trait Store: Send + Sync + 'static {
    /// What is kept under this key.
    async fn get(&self, key: &Key) -> Option<Arc<Variants>>;

    /// Keeps these answers under this key, in place of those that are there.
    async fn put(&self, key: Key, variants: Arc<Variants>);

    /// Drops what is kept under this key.
    async fn remove(&self, key: &Key);

    /// Drops all that is kept in this scope. When it returns, no [`get`](Self::get) finds it any more.
    async fn forget(&self, scope: &Scope);

    /// Drops everything.
    async fn clear(&self);
}

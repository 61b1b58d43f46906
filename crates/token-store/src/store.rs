//! What every token store can do.

use async_trait::async_trait;

use crate::{StoreError, TokenSet};

/// Keeps one session's tokens. Reading is free, writing needs the lock.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The tokens as they are now, or none when nobody is signed in.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store can't be read.
    async fn load(&self) -> Result<Option<TokenSet>, StoreError>;

    /// Takes the exclusive right to change the tokens, among all who share the store.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when another holder keeps it too long.
    ///
    /// # Cancel safety
    ///
    /// A dropped future leaves no lock behind, and dropping what it returned gives the lock back.
    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError>;
}

/// A token store whose lock we hold. Dropping it gives the lock back.
#[async_trait]
pub trait LockedStore: Send {
    /// The tokens as they are now: another holder may have changed them while we waited for the lock.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store can't be read.
    async fn load(&mut self) -> Result<Option<TokenSet>, StoreError>;

    /// Replaces the tokens. They are safe once this returns.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they could not be kept; the former ones are then still there.
    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError>;

    /// Forgets the tokens: nobody is signed in any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they could not be removed.
    async fn clear(&mut self) -> Result<(), StoreError>;
}

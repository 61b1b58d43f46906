//! What every token store can do.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{RefreshMark, StoreError, StoredTokens, TokenSet};

/// Keeps one session's tokens. Reading is free, writing needs the lock.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
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
///
/// # Cancel safety
///
/// A write whose future is dropped happens or doesn't, never by half, and the lock is held until it is over.
#[async_trait]
pub trait LockedStore: Send {
    /// The tokens as they are now, since another holder may have changed them while we waited for the lock; and the mark
    /// of a refresh that began and was never seen to end.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store can't be read.
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError>;

    /// Notes that a refresh token is about to be sent, and keeps the tokens as they are. [`save`](Self::save) and
    /// [`clear`](Self::clear) remove the note. One that is still there for whoever comes next tells of a crash: the token
    /// may be spent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be written. Then the refresh token must not be sent: what comes back could not be
    /// kept either.
    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError>;

    /// Replaces the tokens. They are safe once this returns without an error.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they could not be kept; an empty access token never is. The former ones are then still there,
    /// with one exception: when a store can't make sure that the new ones outlive a loss of power, though they have already
    /// taken their place, it says so by an error as well. A [`load`](Self::load) tells.
    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError>;

    /// Forgets the tokens: nobody is signed in any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they could not be removed.
    async fn clear(&mut self) -> Result<(), StoreError>;
}

#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        (**self).load().await
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        (**self).lock().await
    }
}

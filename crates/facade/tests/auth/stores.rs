//! Stores that are slow or fail.

use async_trait::async_trait;
use facade::{
    LockedStore, MemoryStore, RefreshMark, StoreError, StoredTokens, TokenSet, TokenStore,
};
use testkit::Gate;

/// A store whose saves wait at a gate, with the lock in hand.
#[derive(Clone)]
pub(crate) struct Slow {
    pub(crate) store: MemoryStore,
    pub(crate) gate: Gate,
}

pub(crate) struct SlowLocked(Box<dyn LockedStore>, Gate);

#[async_trait]
impl TokenStore for Slow {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        self.store.load().await
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let locked = self.store.lock().await?;
        Ok(Box::new(SlowLocked(locked, self.gate.clone())))
    }
}

#[async_trait]
impl LockedStore for SlowLocked {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        self.0.load().await
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        self.0.mark(mark).await
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        self.1.pass().await;
        self.0.save(tokens).await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.0.clear().await
    }
}

/// A store that fails in each way that it is told to.
#[derive(Clone)]
pub(crate) struct Failing {
    pub(crate) store: MemoryStore,
    pub(crate) load: bool,
    pub(crate) clear: bool,
}

pub(crate) struct FailingLocked(Box<dyn LockedStore>, Failing);

#[async_trait]
impl TokenStore for Failing {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        self.store.load().await
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let locked = self.store.lock().await?;
        Ok(Box::new(FailingLocked(locked, self.clone())))
    }
}

#[async_trait]
impl LockedStore for FailingLocked {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        if self.1.load {
            return Err(StoreError::failed("unreadable"));
        }
        self.0.load().await
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        self.0.mark(mark).await
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        self.0.save(tokens).await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        if self.1.clear {
            return Err(StoreError::failed("unwritable"));
        }
        self.0.clear().await
    }
}

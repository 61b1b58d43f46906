//! Tokens in memory, gone with the program.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::lock_wait::LOCK_TIMEOUT;
use crate::{LockedStore, RefreshMark, StoreError, StoredTokens, TokenSet, TokenStore};

/// Tokens in memory, gone with the program. Clones share them.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    tokens: Tokens,
    refresh_lock: Arc<Mutex<()>>,
    lock_timeout: Duration,
}

#[derive(Clone, Debug, Default)]
struct Tokens(Arc<RwLock<Option<StoredTokens>>>);

impl MemoryStore {
    /// A store in which nobody is signed in yet.
    pub fn new() -> Self {
        Self {
            tokens: Tokens::default(),
            refresh_lock: Arc::default(),
            lock_timeout: LOCK_TIMEOUT,
        }
    }

    /// Sets how long to wait for the lock before giving up. Default: 15 seconds.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// A store that holds these tokens. Without an access token, nobody is signed in.
impl From<TokenSet> for MemoryStore {
    fn from(tokens: TokenSet) -> Self {
        let store = Self::new();
        if tokens.must_be_usable().is_ok() {
            store.tokens.replace(Some(StoredTokens::new(tokens)));
        }
        store
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        Ok(self.tokens.read().map(StoredTokens::into_tokens))
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let lock = Arc::clone(&self.refresh_lock).lock_owned();
        match timeout(self.lock_timeout, lock).await {
            Ok(guard) => Ok(Box::new(LockedMemory {
                tokens: self.tokens.clone(),
                _guard: guard,
            })),
            Err(_) => Err(StoreError::Busy {
                waited: self.lock_timeout,
            }),
        }
    }
}

struct LockedMemory {
    tokens: Tokens,
    _guard: OwnedMutexGuard<()>,
}

#[async_trait]
impl LockedStore for LockedMemory {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.tokens.read())
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        let marked = self.tokens.read().map(|stored| stored.mark(mark));
        self.tokens.replace(marked);
        Ok(())
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        tokens.must_be_usable()?;
        self.tokens.replace(Some(StoredTokens::new(tokens)));
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.tokens.replace(None);
        Ok(())
    }
}

impl Tokens {
    fn read(&self) -> Option<StoredTokens> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn replace(&self, tokens: Option<StoredTokens>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    async fn access(store: &MemoryStore) -> Option<String> {
        let tokens = store.load().await.unwrap()?;
        Some(tokens.access().expose_secret().to_owned())
    }

    #[tokio::test]
    async fn what_one_clone_saves_the_other_loads() {
        let store = MemoryStore::new();
        assert_eq!(access(&store).await, None);
        let mut locked = store.clone().lock().await.unwrap();
        locked.save(TokenSet::new("a1")).await.unwrap();
        assert_eq!(access(&store).await.as_deref(), Some("a1"));

        locked.clear().await.unwrap();
        assert_eq!(access(&store).await, None);
    }

    #[tokio::test]
    async fn without_an_access_token_nobody_is_signed_in() {
        let store = MemoryStore::from(TokenSet::new(""));
        assert_eq!(access(&store).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_holder_waits_and_then_gets_a_typed_error() {
        let store = MemoryStore::new().lock_timeout(Duration::from_secs(5));
        let first = store.lock().await.unwrap();
        let Err(StoreError::Busy { waited }) = store.lock().await else {
            panic!("the lock was given twice");
        };
        assert_eq!(waited, Duration::from_secs(5));

        drop(first);
        assert!(store.lock().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn reading_does_not_wait_for_the_lock() {
        let store = MemoryStore::from(TokenSet::new("a1"));
        let _locked = store.lock().await.unwrap();
        assert_eq!(access(&store).await.as_deref(), Some("a1"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_leaves_takes_no_lock_with_it() {
        let store = MemoryStore::new();
        let first = store.lock().await.unwrap();
        assert!(timeout(Duration::from_secs(1), store.lock()).await.is_err());
        drop(first);
        assert!(store.lock().await.is_ok());
    }
}

//! A place that is ours alone for a while.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::advisory_lock::AdvisoryLock;
use crate::blocking::blocking;
use crate::guard::Guard;
use crate::steps::{self, Purpose};
use crate::{LockedStore, RefreshMark, StoreError, StoredTokens, TokenSet};

/// Where tokens are kept, with calls that block.
pub(crate) trait Place: Send + 'static {
    /// The file to lock before anything is changed.
    fn lock_path(&self) -> &Path;

    /// What is done if that file is in a stranger's hands.
    fn guard(&self) -> &Guard;

    fn read(&self) -> Result<Option<StoredTokens>, StoreError>;

    /// The same for the holder of the lock, who may write down what would not be read again as it is.
    fn read_locked(&self) -> Result<Option<StoredTokens>, StoreError> {
        self.read()
    }

    /// Replaces what is there, all or nothing.
    fn write(&self, tokens: &StoredTokens, purpose: Purpose) -> Result<(), StoreError>;

    fn remove(&self) -> Result<(), StoreError>;
}

/// A place whose lock we hold.
pub(crate) struct Exclusive<P>(Arc<Mutex<Held<P>>>);

/// The fields are dropped in this order: the next of our clones finds the lock free.
struct Held<P> {
    place: P,
    _lock: AdvisoryLock,
    _turn: OwnedMutexGuard<()>,
}

impl<P: Place> Exclusive<P> {
    pub(crate) fn new(place: P, lock: AdvisoryLock, turn: OwnedMutexGuard<()>) -> Self {
        Self(Arc::new(Mutex::new(Held {
            place,
            _lock: lock,
            _turn: turn,
        })))
    }

    /// Works on the place. Once begun, the work goes on to its end and keeps the lock until then, even if the future or
    /// all of this is dropped, and what is begun after it waits for it.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&P) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let held = Arc::clone(&self.0).lock_owned().await;
        blocking(move || work(&held.place)).await
    }
}

#[async_trait]
impl<P: Place> LockedStore for Exclusive<P> {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        self.work(P::read_locked).await
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        self.work(move |place| {
            let Some(stored) = place.read()? else {
                return Ok(());
            };
            place.write(&stored.mark(mark), Purpose::Mark)?;
            steps::done("marked", place.lock_path());
            Ok(())
        })
        .await
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        tokens.must_be_usable()?;
        self.work(move |place| {
            place.write(&StoredTokens::new(tokens), Purpose::Save)?;
            steps::done("saved", place.lock_path());
            Ok(())
        })
        .await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.work(|place| {
            place.remove()?;
            steps::done("cleared", place.lock_path());
            Ok(())
        })
        .await
    }
}

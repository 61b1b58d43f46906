//! How to wait for a lock.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep, timeout};

use crate::advisory_lock::AdvisoryLock;
use crate::blocking::blocking;
use crate::exclusive::{Exclusive, Place};
use crate::{LockedStore, StoreError};

/// How long a store waits for its lock unless told otherwise.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(15);

/// What a try of the lock may take when the time is over: a network file system can hang.
const LAST_TRY: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(64);

/// The right to try, among the clones of a handle.
type Turn = OwnedMutexGuard<()>;

/// How to wait for a lock: in turn with the other clones of a handle, and by asking again and again what other handles
/// and processes hold, since a blocking wait could not be given up.
#[derive(Clone, Debug)]
pub(crate) struct LockWait {
    limit: Duration,
    turn: Arc<Mutex<()>>,
}

impl LockWait {
    pub(crate) fn new() -> Self {
        Self {
            limit: LOCK_TIMEOUT,
            turn: Arc::default(),
        }
    }

    pub(crate) fn limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Waits for the lock of what `find` finds.
    pub(crate) async fn lock<P: Place>(
        &self,
        find: impl FnOnce() -> Result<P, StoreError> + Send + 'static,
    ) -> Result<Box<dyn LockedStore>, StoreError> {
        let until = Instant::now().checked_add(self.limit);
        let taking = async {
            let turn = self.turn().await?;
            // The turn goes along, so that a file system that hangs keeps one thread from us, and not one for each try.
            let (place, turn) = blocking(move || Ok((find()?, turn))).await?;
            let (lock, turn) = self.take(&place, turn, until).await?;
            Ok(Box::new(Exclusive::new(place, lock, turn)) as _)
        };
        timeout(self.limit.saturating_add(LAST_TRY), taking)
            .await
            .unwrap_or_else(|_| Err(self.busy()))
    }

    async fn turn(&self) -> Result<Turn, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned();
        timeout(self.limit, turn).await.map_err(|_| self.busy())
    }

    async fn take<P: Place>(
        &self,
        place: &P,
        mut turn: Turn,
        until: Option<Instant>,
    ) -> Result<(AdvisoryLock, Turn), StoreError> {
        let mut longest = FIRST_PAUSE;
        loop {
            let (path, guard) = (place.lock_path().to_owned(), place.guard().clone());
            let taking = move || Ok((AdvisoryLock::try_take(&path, &guard)?, turn));
            // If nobody waits any more, the lock is given back before the turn.
            let (lock, kept) = blocking(taking).await?;
            turn = kept;
            if let Some(lock) = lock {
                return Ok((lock, turn));
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(self.busy());
            }
            let pause = jittered(longest, random());
            sleep(left.map_or(pause, |left| pause.min(left))).await;
            longest = (longest * 2).min(LONGEST_PAUSE);
        }
    }

    fn busy(&self) -> StoreError {
        StoreError::Busy { waited: self.limit }
    }
}

/// Between a half and all of it, so that those who wait don't ask in step.
fn jittered(longest: Duration, random: u8) -> Duration {
    longest / 2 + longest / 2 * u32::from(random) / u32::from(u8::MAX)
}

fn random() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;
    use crate::StoredTokens;
    use crate::guard::Guard;
    use crate::steps::Purpose;

    /// A place that is never found.
    struct Nowhere;

    impl Place for Nowhere {
        fn lock_path(&self) -> &Path {
            unreachable!()
        }
        fn guard(&self) -> &Guard {
            unreachable!()
        }
        fn read(&self) -> Result<Option<StoredTokens>, StoreError> {
            unreachable!()
        }
        fn write(&self, _: &StoredTokens, _: Purpose) -> Result<(), StoreError> {
            unreachable!()
        }
        fn remove(&self) -> Result<(), StoreError> {
            unreachable!()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_system_that_hangs_keeps_one_thread_however_often_it_is_tried() {
        let mut wait = LockWait::new();
        wait.limit(Duration::from_secs(5));
        let tries = Arc::new(AtomicUsize::new(0));
        let (begun, has_begun) = mpsc::channel();
        let (go_on, hangs) = mpsc::channel::<()>();
        let hangs = Arc::new(std::sync::Mutex::new(hangs));
        let lock = || {
            let (wait, tries) = (wait.clone(), Arc::clone(&tries));
            let (begun, hangs) = (begun.clone(), Arc::clone(&hangs));
            tokio::spawn(async move {
                let find = move || {
                    tries.fetch_add(1, Ordering::Relaxed);
                    begun.send(()).unwrap();
                    let _ = hangs.lock().unwrap().recv();
                    Err::<Nowhere, _>(StoreError::failed("it hung"))
                };
                wait.lock(find).await.map(drop).unwrap_err()
            })
        };

        let first = lock();
        tokio::task::yield_now().await;
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
            .await
            .unwrap();
        let mut waiting = first;
        for _ in 0..3 {
            tokio::task::yield_now().await;
            // Time does not pass by itself while a thread is busy.
            tokio::time::advance(Duration::from_secs(7)).await;
            assert!(waiting.await.unwrap().is_busy());
            waiting = lock();
        }
        assert_eq!(tries.load(Ordering::Relaxed), 1);

        drop(go_on);
        assert!(!waiting.await.unwrap().is_busy());
        assert_eq!(tries.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_pause_lies_between_a_half_and_all_of_it() {
        assert_eq!(jittered(LONGEST_PAUSE, 0), LONGEST_PAUSE / 2);
        assert_eq!(jittered(LONGEST_PAUSE, u8::MAX), LONGEST_PAUSE);
        for random in 0..u8::MAX {
            assert!(jittered(FIRST_PAUSE, random) <= jittered(FIRST_PAUSE, random + 1));
        }
    }
}

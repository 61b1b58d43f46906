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
            let place = blocking(find).await?;
            let lock = self.take(&place, until).await?;
            Ok(Box::new(Exclusive::new(place, lock, turn)) as _)
        };
        timeout(self.limit.saturating_add(LAST_TRY), taking)
            .await
            .unwrap_or_else(|_| Err(self.busy()))
    }

    async fn turn(&self) -> Result<OwnedMutexGuard<()>, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned();
        timeout(self.limit, turn).await.map_err(|_| self.busy())
    }

    async fn take<P: Place>(
        &self,
        place: &P,
        until: Option<Instant>,
    ) -> Result<AdvisoryLock, StoreError> {
        let mut longest = FIRST_PAUSE;
        loop {
            let path = place.lock_path().to_owned();
            if let Some(lock) = blocking(move || AdvisoryLock::try_take(&path)).await? {
                return Ok(lock);
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
    use super::*;

    #[test]
    fn a_pause_lies_between_a_half_and_all_of_it() {
        assert_eq!(jittered(LONGEST_PAUSE, 0), LONGEST_PAUSE / 2);
        assert_eq!(jittered(LONGEST_PAUSE, u8::MAX), LONGEST_PAUSE);
        for random in 0..u8::MAX {
            assert!(jittered(FIRST_PAUSE, random) <= jittered(FIRST_PAUSE, random + 1));
        }
    }
}

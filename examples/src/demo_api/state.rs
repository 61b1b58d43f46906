//! What all handlers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::faults::Arrivals;
use super::messages::Messages;
use super::sessions::Sessions;
use super::stats::Counters;

/// One demo API's state. Each lock is held for a map look-up, never across an await.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) counters: Arc<Counters>,
    locked: Arc<Locked>,
}

#[derive(Debug)]
struct Locked {
    sessions: Mutex<Sessions>,
    messages: Mutex<Messages>,
    flaky: Mutex<Arrivals>,
    dropping: Mutex<Arrivals>,
}

impl Shared {
    pub(super) fn new(sessions: Sessions) -> Self {
        let locked = Locked {
            sessions: Mutex::new(sessions),
            messages: Mutex::new(Messages::seeded()),
            flaky: Mutex::default(),
            dropping: Mutex::default(),
        };
        Self {
            counters: Arc::default(),
            locked: Arc::new(locked),
        }
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        lock(&self.locked.sessions)
    }

    pub(super) fn messages(&self) -> MutexGuard<'_, Messages> {
        lock(&self.locked.messages)
    }

    /// What arrived at `/flaky/{key}`.
    pub(super) fn flaky(&self) -> MutexGuard<'_, Arrivals> {
        lock(&self.locked.flaky)
    }

    /// What arrived at `/drop/{key}`.
    pub(super) fn dropping(&self) -> MutexGuard<'_, Arrivals> {
        lock(&self.locked.dropping)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What all handles of one queue share, and its running refresh with them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use request_context::Instant;
use tokio::sync::watch;

use crate::Refresh;
use crate::decision::{FlightId, Fresh, Mishap, Now, Outcome};
use crate::limits::Limits;
use crate::state::State;

pub(crate) struct Shared<C> {
    pub(crate) refresher: Arc<dyn Refresh<C>>,
    pub(crate) timeout: Duration,
    wall: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    begun: Instant,
    inner: Mutex<Inner<C>>,
}

pub(crate) struct Inner<C> {
    pub(crate) state: State<C>,
    /// Tells those who wait what the latest refresh became.
    pub(crate) landing: watch::Sender<Option<Outcome>>,
}

impl<C> Shared<C> {
    pub(crate) fn new(
        refresher: Arc<dyn Refresh<C>>,
        limits: Limits,
        wall: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    ) -> Self {
        Self {
            refresher,
            timeout: limits.timeout,
            wall,
            begun: Instant::now(),
            inner: Mutex::new(Inner {
                state: State::new(limits),
                landing: watch::Sender::new(None),
            }),
        }
    }

    /// The refresh ended, for better or worse.
    pub(crate) fn land(&self, flight: FlightId, landing: Result<Fresh<C>, Mishap>) {
        let now = self.now();
        let mut inner = self.lock();
        let outcome = inner.state.land(flight, landing, now);
        inner.settle(outcome);
    }

    pub(crate) fn wall(&self) -> SystemTime {
        (self.wall)()
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: self.wall(),
            elapsed: self.begun.elapsed(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner<C>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Inner<C> {
    /// Tells those who wait. It wakes them; none of them runs under the lock.
    pub(crate) fn settle(&mut self, outcome: Option<Outcome>) {
        if let Some(outcome) = outcome {
            self.landing.send_replace(Some(outcome));
        }
    }
}

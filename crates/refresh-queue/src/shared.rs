//! What all handles of one queue share, and its running refresh with them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use request_context::Instant;
use tokio::sync::watch;

use crate::Refresh;
use crate::decision::{FlightId, Fresh, Mishap, Now, Outcome};
use crate::landed::Landed;
use crate::limits::Limits;
use crate::state::State;
use crate::status::Announcer;

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
    pub(crate) announcer: Announcer,
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
                announcer: Announcer::new(),
            }),
        }
    }

    /// The refresh ended, for better or worse.
    pub(crate) fn land(&self, flight: FlightId, landing: Result<Fresh<C>, Mishap>) {
        let now = self.now();
        self.lock().settle(|state| state.land(flight, landing, now));
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
    /// Changes the state, and tells those who wait and those who watch. It wakes them; none of them runs under the lock.
    pub(crate) fn settle(&mut self, change: impl FnOnce(&mut State<C>) -> Option<Outcome>) {
        if let Some(outcome) = change(&mut self.state) {
            self.landing.send_replace(Some(outcome));
        }
        self.announce();
    }

    /// A refresh has begun.
    pub(crate) fn begin(&mut self) {
        self.landing = watch::Sender::new(None);
        self.announce();
    }

    /// What tells how the refresh under way ends.
    pub(crate) fn landed(&self, now: Now) -> Landed {
        let patience = self.state.patience(now).unwrap_or_default();
        Landed::new(self.landing.subscribe(), patience)
    }

    fn announce(&self) {
        self.announcer.announce(self.state.status());
    }
}

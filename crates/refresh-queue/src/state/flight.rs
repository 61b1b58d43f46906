//! The refresh under way, and how many wait for it.

use std::time::Duration;

use crate::decision::FlightId;
use crate::limits::Limits;

/// The refreshes of one session, of which one at most is waited for.
#[derive(Default)]
pub(super) struct Flights {
    under_way: Option<Flight>,
    /// The one that nobody waits for any longer. If it lands before another begins, it still counts: it may have spent the
    /// refresh token.
    given_up: Option<FlightId>,
    begun: u64,
}

impl Flights {
    pub(super) fn start(&mut self, waiters: usize, now: Duration) -> FlightId {
        self.begun += 1;
        let id = FlightId::new(self.begun);
        self.under_way = Some(Flight::new(id, waiters, now));
        self.given_up = None;
        id
    }

    #[cfg(test)]
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    pub(super) fn under_way(&self) -> Option<&Flight> {
        self.under_way.as_ref()
    }

    pub(super) fn under_way_mut(&mut self) -> Option<&mut Flight> {
        self.under_way.as_mut()
    }

    /// This one has ended; none if it counts no more.
    pub(super) fn land(&mut self, id: FlightId) -> Option<()> {
        if self.under_way.take_if(|flight| flight.id == id).is_none() {
            self.given_up.take_if(|given_up| *given_up == id)?;
        }
        Some(())
    }

    /// This one has landed as far as those who wait are concerned.
    pub(super) fn give_up(&mut self, id: FlightId) {
        self.given_up = Some(id);
    }

    /// None counts any more. It tells whether one was waited for.
    pub(super) fn overtake(&mut self) -> Option<()> {
        self.given_up = None;
        self.under_way.take().map(drop)
    }
}

pub(super) struct Flight {
    pub(super) id: FlightId,
    waiters: usize,
    begun: Duration,
}

impl Flight {
    fn new(id: FlightId, waiters: usize, begun: Duration) -> Self {
        Self { id, waiters, begun }
    }

    /// One more waits, if that is allowed.
    pub(super) fn join(&mut self, limits: &Limits) -> bool {
        let is_allowed = self.waiters < limits.waiters;
        self.waiters += usize::from(is_allowed);
        is_allowed
    }

    pub(super) fn leave(&mut self) {
        self.waiters = self.waiters.saturating_sub(1);
    }

    /// When nobody needs to wait for it any longer: its own timer should have ended it before.
    pub(super) fn over(&self, limits: &Limits) -> Duration {
        self.begun.saturating_add(limits.patience())
    }
}

//! A refresh under way, and how many wait for it.

use std::time::Duration;

use crate::decision::FlightId;
use crate::limits::Limits;

pub(super) struct Flight {
    pub(super) id: FlightId,
    waiters: usize,
    begun: Duration,
}

impl Flight {
    pub(super) fn new(id: FlightId, waiters: usize, begun: Duration) -> Self {
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

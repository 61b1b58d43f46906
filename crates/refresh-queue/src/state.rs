//! The decisions of a queue: sync functions of what happened and of now.

mod flight;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use request_context::{Principal, SessionEnded, Version, Versioned};

use crate::decision::{Decision, FlightId, Fresh, Mishap, Need, Now, Outcome, others};
use crate::limits::Limits;
use crate::present::Present;
use crate::restraint::Restraint;
use crate::{RefreshFailure, SessionStatus};
use flight::Flights;

/// What one session is like, and whether it is being refreshed.
pub(crate) struct State<C> {
    limits: Limits,
    version: Version,
    session: Session<C>,
    flights: Flights,
    restraint: Restraint,
    closed: bool,
}

enum Session<C> {
    /// Nobody has said yet: the refresher may know.
    Unknown,
    Present(Present<C>),
    Ended(SessionEnded),
}

impl<C> State<C> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            version: Version::default(),
            session: Session::Unknown,
            flights: Flights::default(),
            restraint: Restraint::default(),
            closed: false,
        }
    }

    /// The credential that can be used without waiting and without a word to the queue.
    pub(crate) fn at_hand(&self, wall: SystemTime) -> Option<Versioned> {
        let present = self.fresh(wall)?;
        let is_due = present.is_due(wall) && !self.flights.is_under_way();
        (!is_due).then(|| present.versioned.clone())
    }

    /// Decides what a caller does. Who is told to start or to join counts as a waiter until it leaves.
    pub(crate) fn ask(&mut self, need: &Need, now: Now) -> Decision<C> {
        if let Session::Ended(ended) = &self.session {
            return Decision::Refuse(ended.clone().into());
        }
        if let (Need::NewerThan(refused), Some(principal)) = (need, self.principal())
            && others(refused.principal(), Some(principal))
        {
            return Decision::Refuse(SessionEnded::signed_out().into());
        }
        let fresh = self.fresh(now.wall).filter(|present| need.admits(present));
        if let Some(present) = fresh {
            let meanwhile = present.versioned.clone();
            let stale = present
                .is_due(now.wall)
                .then(|| Arc::clone(&present.renewable));
            return self.use_or_start_ahead(meanwhile, stale, now);
        }
        if let Some(flight) = self.flights.under_way_mut() {
            if !flight.join(&self.limits) {
                return self.make_do(RefreshFailure::WaitersFull, need, now);
            }
            let id = flight.id;
            self.note_refusal(need);
            return Decision::Join(id);
        }
        if let Some(obstacle) = self.obstacle(now) {
            return self.make_do(obstacle, need, now);
        }
        self.note_refusal(need);
        let flight = self.flights.start(1, now.elapsed);
        let stale = self.current().cloned();
        Decision::Start { flight, stale }
    }

    /// Uses a credential that is still good, and has it renewed if it is due and nothing stands against that.
    fn use_or_start_ahead(
        &mut self,
        meanwhile: Versioned,
        due: Option<Arc<C>>,
        now: Now,
    ) -> Decision<C> {
        match due {
            Some(stale) if !self.flights.is_under_way() && self.obstacle(now).is_none() => {
                let flight = self.flights.start(0, now.elapsed);
                Decision::StartAhead {
                    flight,
                    stale,
                    meanwhile,
                }
            }
            _ => Decision::Use(meanwhile),
        }
    }

    /// No refresh for this caller now: it gets what is still good, or else the reason.
    fn make_do(&self, reason: RefreshFailure, need: &Need, now: Now) -> Decision<C> {
        let found = match reason {
            // So many new ones, and none lasts: a clock may be wrong, here or there. The server shall say.
            RefreshFailure::TooManyRefreshes => self.serving(need, |present| !present.refused),
            _ => self.fallback(need, now),
        };
        found.map_or_else(|| Decision::Refuse(reason.into()), Decision::Use)
    }

    /// A waiter of this flight went away.
    pub(crate) fn leave(&mut self, id: FlightId) {
        if let Some(flight) = self.flights.under_way_mut()
            && flight.id == id
        {
            flight.leave();
        }
    }

    /// A refresh ended. It returns what its waiters get, or nothing if the session has moved on without it.
    pub(crate) fn land(
        &mut self,
        id: FlightId,
        landing: Result<Fresh<C>, Mishap>,
        now: Now,
    ) -> Option<Outcome> {
        self.flights.land(id)?;
        Some(match landing {
            Ok(fresh) => {
                self.restraint.succeeded(now.elapsed);
                Ok(self.install(fresh, now.wall, Present::renewed))
            }
            Err(Mishap::Rejected(ended)) => {
                self.session = Session::Ended(ended.clone());
                Err(ended.into())
            }
            // The token endpoint had no part in this: the next caller, on a runtime that lives, may try at once.
            Err(Mishap::Failed(failure @ RefreshFailure::RuntimeEnded)) => Err(failure.into()),
            Err(Mishap::Failed(failure)) => {
                let reason = failure.clone();
                self.restraint.failed(reason, &self.limits, now.elapsed);
                Err(failure.into())
            }
        })
    }

    /// Gives up a refresh whose own timer should have ended it, because its runtime stands still or its thread is
    /// blocked. It returns what its waiters get.
    pub(crate) fn give_up_overdue(&mut self, now: Now) -> Option<Outcome> {
        let flight = self.flights.under_way()?;
        let over = flight.over(&self.limits);
        if now.elapsed < over {
            return None;
        }
        let id = flight.id;
        let timed_out = Mishap::Failed(RefreshFailure::TimedOut);
        // Its backoff began when it should have ended, not when someone came by.
        let then = Now {
            elapsed: over,
            ..now
        };
        let outcome = self.land(id, Err(timed_out), then);
        self.flights.give_up(id);
        outcome
    }

    /// How long to wait for the refresh under way before it is [given up](Self::give_up_overdue).
    pub(crate) fn patience(&self, now: Now) -> Option<Duration> {
        let flight = self.flights.under_way()?;
        Some(flight.over(&self.limits).saturating_sub(now.elapsed))
    }

    /// What a waiter may still use when its refresh has failed: a credential that was only about to expire.
    pub(crate) fn fallback(&self, need: &Need, now: Now) -> Option<Versioned> {
        self.serving(need, |present| present.is_good(now.wall))
    }

    /// The credential at hand, if it is what the caller needs and will do.
    fn serving(&self, need: &Need, will_do: impl FnOnce(&Present<C>) -> bool) -> Option<Versioned> {
        let present = self.present().filter(|present| need.admits(present))?;
        if !will_do(present) {
            return None;
        }
        need.settle(present.versioned.clone()).ok()
    }

    /// Someone signed in. It returns what the waiters of a refresh under way get, if there was one: the new
    /// credential, or that their session is over if this one is somebody else's.
    pub(crate) fn set(&mut self, fresh: Fresh<C>, wall: SystemTime) -> Option<Outcome> {
        let before = self.principal().cloned();
        let versioned = self.install(fresh, wall, Present::new);
        self.restraint = Restraint::default();
        self.flights.overtake()?;
        Some(if others(before.as_ref(), versioned.principal()) {
            Err(SessionEnded::signed_out().into())
        } else {
            Ok(versioned)
        })
    }

    /// The program signed out. It returns what the waiters of a refresh under way get, if there was one.
    pub(crate) fn clear(&mut self) -> Option<Outcome> {
        let ended = SessionEnded::signed_out();
        self.session = Session::Ended(ended.clone());
        self.restraint.forget_failures();
        self.flights.overtake()?;
        Some(Err(ended.into()))
    }

    /// No refresh begins any more; one that is under way goes on.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn is_refreshing(&self) -> bool {
        self.flights.is_under_way()
    }

    pub(crate) fn status(&self) -> SessionStatus {
        match &self.session {
            _ if self.flights.is_under_way() => SessionStatus::Refreshing,
            Session::Unknown => SessionStatus::Unknown,
            Session::Present(present) => SessionStatus::SignedIn {
                principal: present.versioned.principal().cloned(),
            },
            Session::Ended(ended) => SessionStatus::SignedOut(ended.clone()),
        }
    }

    pub(crate) fn current(&self) -> Option<&Arc<C>> {
        self.present().map(|present| &present.renewable)
    }

    fn present(&self) -> Option<&Present<C>> {
        match &self.session {
            Session::Present(present) => Some(present),
            _ => None,
        }
    }

    pub(crate) fn principal(&self) -> Option<&Principal> {
        self.present()?.versioned.principal()
    }

    fn fresh(&self, wall: SystemTime) -> Option<&Present<C>> {
        self.present().filter(|present| present.is_fresh(wall))
    }

    /// Remembers that the credential was refused, now that a refresh is under way for it. Without one it stays in use:
    /// a single endpoint that takes no token at all must not stop the calls to all others.
    fn note_refusal(&mut self, need: &Need) {
        if let Session::Present(present) = &mut self.session
            && !need.admits(present)
        {
            present.refused = true;
        }
    }

    /// What stands against a refresh now.
    fn obstacle(&mut self, now: Now) -> Option<RefreshFailure> {
        if self.closed {
            return Some(RefreshFailure::Closed);
        }
        self.restraint.obstacle(&self.limits, now.elapsed)
    }

    fn install(
        &mut self,
        fresh: Fresh<C>,
        wall: SystemTime,
        present: impl FnOnce(Fresh<C>, Version, &Limits, SystemTime) -> Present<C>,
    ) -> Versioned {
        self.version = self.version.next();
        let present = present(fresh, self.version, &self.limits, wall);
        let versioned = present.versioned.clone();
        self.session = Session::Present(present);
        versioned
    }
}

#[cfg(test)]
mod tests;

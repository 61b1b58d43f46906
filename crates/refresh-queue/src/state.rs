//! The decisions of a queue: sync functions of what happened and of now.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use request_context::{Principal, SessionEnded, Version, Versioned};

use crate::decision::{Decision, FlightId, Fresh, Mishap, Need, Now, Outcome, others};
use crate::limits::Limits;
use crate::present::Present;
use crate::{RefreshFailure, SessionStatus};

/// What one session is like, and whether it is being refreshed.
pub(crate) struct State<C> {
    limits: Limits,
    version: Version,
    session: Session<C>,
    flight: Option<Flight>,
    flights: u64,
    setback: Option<Setback>,
    /// When the latest refreshes succeeded, oldest first.
    succeeded: VecDeque<Duration>,
    closed: bool,
}

enum Session<C> {
    /// Nobody has said yet: the refresher may know.
    Unknown,
    Present(Present<C>),
    Ended(SessionEnded),
}

/// A refresh under way.
struct Flight {
    id: FlightId,
    waiters: usize,
}

/// The failure of the latest refresh: others wait until `retry_at` before they try again.
struct Setback {
    failure: RefreshFailure,
    failures: u32,
    retry_at: Duration,
}

impl<C> State<C> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            version: Version::default(),
            session: Session::Unknown,
            flight: None,
            flights: 0,
            setback: None,
            succeeded: VecDeque::new(),
            closed: false,
        }
    }

    /// The credential that can be used without waiting and without a word to the queue.
    pub(crate) fn at_hand(&self, wall: SystemTime) -> Option<Versioned> {
        let present = self.fresh(wall)?;
        let is_due = present.is_due(wall) && self.flight.is_none();
        (!is_due).then(|| present.versioned.clone())
    }

    /// Decides what a caller does. Who is told to start or to join counts as a waiter until it leaves.
    pub(crate) fn ask(&mut self, need: &Need, now: Now) -> Decision<C> {
        if let Session::Ended(ended) = &self.session {
            return Decision::Refuse(ended.clone().into());
        }
        if let (Need::NewerThan(refused), Session::Present(present)) = (need, &self.session)
            && refused.version() != present.versioned.version()
            && !present.refused
        {
            return match need.settle(present.versioned.clone()) {
                Ok(newer) => Decision::Use(newer),
                Err(error) => Decision::Refuse(error),
            };
        }
        if let (Need::Usable, Some(present)) = (need, self.fresh(now.wall)) {
            let meanwhile = present.versioned.clone();
            let stale = present
                .is_due(now.wall)
                .then(|| Arc::clone(&present.renewable));
            return self.use_or_start_ahead(meanwhile, stale, now);
        }
        if let Some(flight) = &mut self.flight {
            if flight.waiters >= self.limits.waiters {
                return Decision::Refuse(RefreshFailure::WaitersFull.into());
            }
            flight.waiters += 1;
            let id = flight.id;
            self.note_refusal(need);
            return Decision::Join(id);
        }
        if let Some(failure) = self.obstacle(now) {
            return match self.fallback(need, now) {
                Some(versioned) => Decision::Use(versioned),
                None => Decision::Refuse(failure.into()),
            };
        }
        self.note_refusal(need);
        let flight = self.start(1);
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
            Some(stale) if self.flight.is_none() && self.obstacle(now).is_none() => {
                let flight = self.start(0);
                Decision::StartAhead {
                    flight,
                    stale,
                    meanwhile,
                }
            }
            _ => Decision::Use(meanwhile),
        }
    }

    /// A waiter of this flight went away.
    pub(crate) fn leave(&mut self, id: FlightId) {
        if let Some(flight) = &mut self.flight
            && flight.id == id
        {
            flight.waiters = flight.waiters.saturating_sub(1);
        }
    }

    /// A refresh ended. It returns what its waiters get, or nothing if the session has moved on without it.
    pub(crate) fn land(
        &mut self,
        id: FlightId,
        landing: Result<Fresh<C>, Mishap>,
        now: Now,
    ) -> Option<Outcome> {
        self.flight.take_if(|flight| flight.id == id)?;
        Some(match landing {
            Ok(fresh) => {
                self.setback = None;
                self.succeeded.push_back(now.elapsed);
                Ok(self.install(fresh, now.wall, Present::renewed))
            }
            Err(Mishap::Rejected(ended)) => {
                self.session = Session::Ended(ended.clone());
                Err(ended.into())
            }
            // The token endpoint had no part in this: the next caller, on a runtime that lives, may try at once.
            Err(Mishap::Failed(failure @ RefreshFailure::RuntimeEnded)) => Err(failure.into()),
            Err(Mishap::Failed(failure)) => {
                let failures = self.setback.as_ref().map_or(0, |last| last.failures) + 1;
                self.setback = Some(Setback {
                    failure: failure.clone(),
                    failures,
                    retry_at: now.elapsed + self.limits.backoff_after(failures),
                });
                Err(failure.into())
            }
        })
    }

    /// What a waiter may still use when its refresh has failed: a credential that was only about to expire.
    pub(crate) fn fallback(&self, need: &Need, now: Now) -> Option<Versioned> {
        match (need, &self.session) {
            (Need::Usable, Session::Present(present)) => {
                present.is_good(now.wall).then(|| present.versioned.clone())
            }
            _ => None,
        }
    }

    /// Someone signed in. It returns what the waiters of a refresh under way get, if there was one: the new
    /// credential, or that their session is over if this one is somebody else's.
    pub(crate) fn set(&mut self, fresh: Fresh<C>, wall: SystemTime) -> Option<Outcome> {
        let before = self.principal().cloned();
        let versioned = self.install(fresh, wall, Present::new);
        self.setback = None;
        self.succeeded.clear();
        self.flight.take()?;
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
        self.setback = None;
        self.flight.take()?;
        Some(Err(ended.into()))
    }

    /// No refresh begins any more; one that is under way goes on.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn is_refreshing(&self) -> bool {
        self.flight.is_some()
    }

    pub(crate) fn status(&self) -> SessionStatus {
        match &self.session {
            _ if self.flight.is_some() => SessionStatus::Refreshing,
            Session::Unknown => SessionStatus::Unknown,
            Session::Present(present) => SessionStatus::SignedIn {
                principal: present.versioned.principal().cloned(),
            },
            Session::Ended(ended) => SessionStatus::SignedOut(ended.clone()),
        }
    }

    pub(crate) fn current(&self) -> Option<&Arc<C>> {
        match &self.session {
            Session::Present(present) => Some(&present.renewable),
            _ => None,
        }
    }

    /// Remembers that the credential was refused, now that a refresh is under way for it. Without one it stays in use:
    /// a single endpoint that takes no token at all must not stop the calls to all others.
    fn note_refusal(&mut self, need: &Need) {
        if let (Need::NewerThan(_), Session::Present(present)) = (need, &mut self.session) {
            present.refused = true;
        }
    }

    fn principal(&self) -> Option<&Principal> {
        match &self.session {
            Session::Present(present) => present.versioned.principal(),
            _ => None,
        }
    }

    /// What stands against a refresh now.
    fn obstacle(&mut self, now: Now) -> Option<RefreshFailure> {
        if self.closed {
            return Some(RefreshFailure::Closed);
        }
        if let Some(setback) = &self.setback
            && now.elapsed < setback.retry_at
        {
            return Some(setback.failure.clone());
        }
        while let Some(oldest) = self.succeeded.front()
            && now.elapsed.saturating_sub(*oldest) >= self.limits.window
        {
            self.succeeded.pop_front();
        }
        (self.succeeded.len() >= self.limits.refreshes).then_some(RefreshFailure::TooManyRefreshes)
    }

    fn start(&mut self, waiters: usize) -> FlightId {
        self.flights += 1;
        let id = FlightId::new(self.flights);
        self.flight = Some(Flight { id, waiters });
        id
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

    fn fresh(&self, wall: SystemTime) -> Option<&Present<C>> {
        match &self.session {
            Session::Present(present) if present.is_fresh(wall) => Some(present),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;

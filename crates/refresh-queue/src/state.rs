//! The decisions of a queue: sync functions of what happened and of now.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use request_context::{Principal, SessionEnded, Version, Versioned};

use crate::RefreshFailure;
use crate::decision::{Decision, FlightId, Fresh, Mishap, Need, Now, Outcome, others};
use crate::limits::Limits;

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
}

enum Session<C> {
    /// Nobody has said yet: the refresher may know.
    Unknown,
    Present(Present<C>),
    Ended(SessionEnded),
}

struct Present<C> {
    renewable: Arc<C>,
    versioned: Versioned,
    stale_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
    /// A server has refused it and a refresh was begun for that: sending it again helps nobody, whatever the clock says.
    refused: bool,
}

impl<C> Present<C> {
    fn is_fresh(&self, wall: SystemTime) -> bool {
        !self.refused && self.stale_at.is_none_or(|at| wall < at)
    }

    fn is_good(&self, wall: SystemTime) -> bool {
        !self.refused && self.expires_at.is_none_or(|at| wall < at)
    }
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
        }
    }

    /// The credential that can be used without waiting: fresh, and no refresh under way.
    pub(crate) fn at_hand(&self, wall: SystemTime) -> Option<Versioned> {
        match &self.session {
            Session::Present(present) if self.flight.is_none() && present.is_fresh(wall) => {
                Some(present.versioned.clone())
            }
            _ => None,
        }
    }

    /// Decides what a caller does. Who is told to start or to join counts as a waiter until it leaves.
    pub(crate) fn ask(&mut self, need: &Need, now: Now) -> Decision<C> {
        if let Session::Ended(ended) = &self.session {
            return Decision::Refuse(ended.clone().into());
        }
        if let (Need::NewerThan(refused), Session::Present(present)) = (need, &self.session)
            && refused.version() != present.versioned.version()
        {
            return match need.settle(present.versioned.clone()) {
                Ok(newer) => Decision::Use(newer),
                Err(error) => Decision::Refuse(error),
            };
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
        if let (Need::Usable, Some(versioned)) = (need, self.at_hand(now.wall)) {
            return Decision::Use(versioned);
        }
        if let Some(failure) = self.obstacle(now) {
            return match self.fallback(need, now) {
                Some(versioned) => Decision::Use(versioned),
                None => Decision::Refuse(failure.into()),
            };
        }
        self.note_refusal(need);
        self.start()
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
                Ok(self.install(fresh, now.wall))
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
        let versioned = self.install(fresh, wall);
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

    fn start(&mut self) -> Decision<C> {
        self.flights += 1;
        let flight = FlightId::new(self.flights);
        self.flight = Some(Flight {
            id: flight,
            waiters: 1,
        });
        Decision::Start {
            flight,
            stale: self.current().cloned(),
        }
    }

    fn install(&mut self, fresh: Fresh<C>, wall: SystemTime) -> Versioned {
        self.version = self.version.next();
        let versioned = Versioned::new(self.version, fresh.principal, fresh.credential);
        let stale_at = fresh.expires_at.map(|at| {
            let lifetime = at.duration_since(wall).unwrap_or_default();
            at.checked_sub(self.limits.leeway_of(lifetime))
                .unwrap_or(at)
        });
        self.session = Session::Present(Present {
            renewable: fresh.renewable,
            versioned: versioned.clone(),
            stale_at,
            expires_at: fresh.expires_at,
            refused: false,
        });
        versioned
    }
}

#[cfg(test)]
mod tests;

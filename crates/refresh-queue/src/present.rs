//! The credential that a session holds, and how long it is good for.

use std::sync::Arc;
use std::time::SystemTime;

use request_context::{Version, Versioned};

use crate::decision::Fresh;
use crate::limits::Limits;

pub(crate) struct Present<C> {
    pub(crate) renewable: Arc<C>,
    pub(crate) versioned: Versioned,
    /// None if nothing is known of its end: only an answer tells.
    life: Option<Life>,
    /// A server has refused it and a refresh was begun for that: sending it again helps nobody, whatever the clock says.
    pub(crate) refused: bool,
}

/// The moments of a credential's life, in their order.
struct Life {
    /// From here on it is renewed ahead of time, while it goes on being used.
    due: SystemTime,
    /// From here on callers wait for a new one.
    stale: SystemTime,
    /// From here on it is no good, not even when no new one can be had.
    over: SystemTime,
}

impl<C> Present<C> {
    pub(crate) fn new(
        fresh: Fresh<C>,
        version: Version,
        limits: &Limits,
        wall: SystemTime,
    ) -> Self {
        Self {
            versioned: Versioned::new(version, fresh.principal, fresh.credential),
            renewable: fresh.renewable,
            life: fresh
                .expires_at
                .map(|expires_at| Life::new(expires_at, limits, wall, fresh.jitter)),
            refused: false,
        }
    }

    /// The same, just brought by a refresh. One that is expired on arrival shows that a clock is wrong, here or there, so
    /// that its expiry tells nothing: it is used until a server refuses it. Else each call would ask for another.
    pub(crate) fn renewed(
        fresh: Fresh<C>,
        version: Version,
        limits: &Limits,
        wall: SystemTime,
    ) -> Self {
        let mut present = Self::new(fresh, version, limits, wall);
        present.life = present.life.filter(|life| wall < life.over);
        present.versioned = present.versioned.obtained(wall);
        present
    }

    /// Whether it can be used without waiting.
    pub(crate) fn is_fresh(&self, wall: SystemTime) -> bool {
        !self.refused && self.life.as_ref().is_none_or(|life| wall < life.stale)
    }

    /// Whether it should be renewed ahead of time.
    pub(crate) fn is_due(&self, wall: SystemTime) -> bool {
        self.life.as_ref().is_some_and(|life| life.due <= wall)
    }

    /// Whether it can be used if no new one can be had.
    pub(crate) fn is_good(&self, wall: SystemTime) -> bool {
        !self.refused && self.life.as_ref().is_none_or(|life| wall < life.over)
    }
}

impl Life {
    /// `jitter` is a number from 0 to 1, another for each credential.
    fn new(expires_at: SystemTime, limits: &Limits, wall: SystemTime, jitter: f64) -> Self {
        let lifetime = expires_at.duration_since(wall).unwrap_or_default();
        let leeway = limits.leeway_of(lifetime);
        let ahead = limits.ahead_of(lifetime, jitter).max(leeway);
        let before = |time| expires_at.checked_sub(time).unwrap_or(expires_at);
        Self {
            due: before(ahead),
            stale: before(leeway),
            over: expires_at,
        }
    }
}

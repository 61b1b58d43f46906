//! What goes into a queue's decisions, and what comes out.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use request_context::{Credential, Principal, SessionEnded, Versioned};

use crate::present::Present;
use crate::{QueueError, RefreshError, RefreshFailure, Renewable};

/// The two clocks: `wall` for expiry, `elapsed` (since the queue was made, never backwards) for everything else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) wall: SystemTime,
    pub(crate) elapsed: Duration,
}

/// What a caller needs.
#[derive(Clone, Debug)]
pub(crate) enum Need {
    /// A credential that should be good.
    Usable,
    /// One that is newer than this, which a server has refused.
    NewerThan(Versioned),
}

impl Need {
    /// Whether this credential may be what the caller needs, as far as nobody has refused it to them.
    pub(crate) fn admits<C>(&self, present: &Present<C>) -> bool {
        match self {
            Self::Usable => true,
            Self::NewerThan(refused) => refused.version() != present.versioned.version(),
        }
    }

    /// Whether this credential is what the caller needs. A request that went out for one user is never sent again
    /// for another: its session is over, whoever has signed in since.
    pub(crate) fn settle(&self, found: Versioned) -> Outcome {
        match self {
            Self::NewerThan(refused) if others(refused.principal(), found.principal()) => {
                Err(SessionEnded::signed_out().into())
            }
            _ => Ok(found),
        }
    }
}

/// What a caller does next.
#[derive(Debug)]
pub(crate) enum Decision<C> {
    Use(Versioned),
    /// Start this refresh, then wait for it to land.
    Start {
        flight: FlightId,
        stale: Option<Arc<C>>,
    },
    /// Start this refresh, and don't wait: this credential is still good.
    StartAhead {
        flight: FlightId,
        stale: Arc<C>,
        meanwhile: Versioned,
    },
    /// Wait for this refresh to land.
    Join(FlightId),
    Refuse(QueueError),
}

/// What a refresh under way becomes for those who wait for it.
pub(crate) type Outcome = Result<Versioned, QueueError>;

/// One refresh, told from all others of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlightId(u64);

impl FlightId {
    pub(crate) fn new(number: u64) -> Self {
        Self(number)
    }
}

/// A renewed credential, with what it says of itself. It is asked before any lock is taken.
pub(crate) struct Fresh<C> {
    pub(crate) renewable: Arc<C>,
    pub(crate) credential: Arc<dyn Credential>,
    pub(crate) principal: Option<Principal>,
    pub(crate) expires_at: Option<SystemTime>,
    /// A number from 0 to 1, another for each.
    pub(crate) jitter: f64,
}

impl<C: Renewable> From<C> for Fresh<C> {
    fn from(renewable: C) -> Self {
        Self {
            credential: renewable.credential(),
            principal: renewable.principal(),
            expires_at: renewable.expires_at(),
            renewable: Arc::new(renewable),
            jitter: random(),
        }
    }
}

/// A number from 0 to 1. Without a source of randomness there is no jitter, which does no harm.
fn random() -> f64 {
    let bits = getrandom::u32().unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

/// How a refresh went wrong.
#[derive(Debug)]
pub(crate) enum Mishap {
    Rejected(SessionEnded),
    Failed(RefreshFailure),
}

impl From<RefreshError> for Mishap {
    fn from(error: RefreshError) -> Self {
        if error.is_rejected() {
            Self::Rejected(SessionEnded::rejected(error.into_source()))
        } else {
            Self::Failed(RefreshFailure::failed(error.into_source()))
        }
    }
}

/// Whether these are two different people. Who isn't known counts as the same.
pub(crate) fn others(one: Option<&Principal>, other: Option<&Principal>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

//! By when a call must have ended.

use std::time::Duration;

use request_context::Instant;

/// By when one call must have ended, with all its waits, attempts and its response body: put it into the request's
/// extensions. Of several deadlines the earliest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    within: Option<Duration>,
    at: Option<Instant>,
}

impl Deadline {
    /// Within this time, counted from when the request is sent.
    pub fn within(time: Duration) -> Self {
        Self {
            within: Some(time),
            at: None,
        }
    }

    /// At this instant, for several calls that share one deadline.
    pub fn at(instant: Instant) -> Self {
        Self {
            within: None,
            at: Some(instant),
        }
    }

    /// The earlier of two.
    #[must_use]
    pub fn or_earlier(self, other: Self) -> Self {
        Self {
            within: earlier(self.within, other.within),
            at: earlier(self.at, other.at),
        }
    }

    /// The instant, for a call that begins now; none if it is too far away to be told.
    #[must_use]
    pub fn instant(self, now: Instant) -> Option<Instant> {
        let within = self.within.and_then(|time| now.checked_add(time));
        earlier(within, self.at)
    }
}

fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

impl From<Duration> for Deadline {
    fn from(time: Duration) -> Self {
        Self::within(time)
    }
}

impl From<std::time::Instant> for Deadline {
    fn from(instant: std::time::Instant) -> Self {
        Self::at(instant.into())
    }
}

impl From<Instant> for Deadline {
    fn from(instant: Instant) -> Self {
        Self::at(instant)
    }
}

//! By when a call must have ended.

use std::time::Duration;

use request_context::Instant;

/// By when one call must have ended, with all its waits, attempts and its response body: put it into the request's
/// extensions. Of several deadlines the earliest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Limit);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Within(Duration),
    At(Instant),
}

impl Deadline {
    /// Within this time, counted from when the request is sent.
    pub fn within(time: Duration) -> Self {
        Self(Limit::Within(time))
    }

    /// At this instant, for several calls that share one deadline.
    pub fn at(instant: Instant) -> Self {
        Self(Limit::At(instant))
    }

    /// The instant, for a call that begins now; none if it is too far away to be told.
    pub(crate) fn instant(self, now: Instant) -> Option<Instant> {
        match self.0 {
            Limit::Within(time) => now.checked_add(time),
            Limit::At(instant) => Some(instant),
        }
    }
}

impl From<Duration> for Deadline {
    fn from(time: Duration) -> Self {
        Self::within(time)
    }
}

impl From<Instant> for Deadline {
    fn from(instant: Instant) -> Self {
        Self::at(instant)
    }
}

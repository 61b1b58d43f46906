//! How far a queue goes before it says no.

use std::time::Duration;

#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// How long before its expiry a credential counts as stale.
    pub(crate) leeway: Duration,
    /// How long before its expiry a credential is renewed ahead of time.
    pub(crate) ahead: Duration,
    pub(crate) timeout: Duration,
    pub(crate) waiters: usize,
    pub(crate) refreshes: usize,
    pub(crate) window: Duration,
    pub(crate) backoff: Duration,
    pub(crate) backoff_cap: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            leeway: Duration::from_secs(10),
            ahead: Duration::from_secs(60),
            timeout: Duration::from_secs(30),
            waiters: 10_000,
            refreshes: 5,
            window: Duration::from_secs(30),
            backoff: Duration::from_secs(1),
            backoff_cap: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// How long callers wait for one refresh, in case its own timer doesn't end it. A second more than that timer has,
    /// so that the two don't race: a refresh that comes at the last moment counts.
    pub(crate) fn patience(&self) -> Duration {
        self.timeout.saturating_add(Duration::from_secs(1))
    }

    /// The wait after this many failures in a row, the first counted as 1.
    pub(crate) fn backoff_after(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.backoff
            .saturating_mul(1 << doublings)
            .min(self.backoff_cap)
    }

    /// The leeway of a credential that lives this long: never more than a tenth of its life, so that a
    /// short-lived one isn't stale at birth.
    pub(crate) fn leeway_of(&self, lifetime: Duration) -> Duration {
        self.leeway.min(lifetime / 10)
    }

    /// How long ahead a credential that lives this long is renewed: never more than a quarter of its life, and by `jitter`,
    /// a number from 0 to 1, up to a quarter less, so that processes which signed in together don't refresh together.
    pub(crate) fn ahead_of(&self, lifetime: Duration, jitter: f64) -> Duration {
        let ahead = self.ahead.min(lifetime / 4);
        ahead.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_its_cap() {
        let limits = Limits::default();
        let waits: Vec<_> = [1, 2, 3, 4, 5, 6, 100]
            .map(|failures| limits.backoff_after(failures).as_secs())
            .into();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn the_leeway_shrinks_with_the_lifetime() {
        let limits = Limits::default();
        assert_eq!(limits.leeway_of(Duration::from_secs(3600)).as_secs(), 10);
        assert_eq!(limits.leeway_of(Duration::from_secs(20)).as_secs(), 2);
        assert_eq!(limits.leeway_of(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn renewing_ahead_shrinks_with_the_lifetime_and_is_spread_by_jitter() {
        let limits = Limits::default();
        let ahead = |lifetime, jitter| limits.ahead_of(Duration::from_secs(lifetime), jitter);
        assert_eq!(ahead(3600, 0.0).as_secs(), 60);
        assert_eq!(ahead(3600, 1.0).as_secs(), 45);
        assert_eq!(ahead(80, 0.0).as_secs(), 20);
        assert_eq!(ahead(80, 0.5).as_millis(), 17_500);
        assert_eq!(ahead(0, 0.5), Duration::ZERO);
    }
}

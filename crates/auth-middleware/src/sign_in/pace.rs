//! How often a device asks whether its user has decided (RFC 8628 §3.5).

use std::time::Duration;

use super::sign_in_error::SignInError;
use crate::TokenEndpointError;

/// How long to wait between two polls when the server doesn't say (RFC 8628 §3.2).
const USUAL: Duration = Duration::from_secs(5);

/// A server that says zero would have us ask without a pause.
const LEAST: Duration = Duration::from_secs(1);

/// What each `slow_down` adds.
const SLOWER: Duration = Duration::from_secs(5);

/// Polls that get no answer come ever less often, but not less than this, unless the interval is longer.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// When to poll next, and when to stop.
#[derive(Debug)]
pub(crate) struct Pace {
    lifetime: Duration,
    interval: Duration,
    /// Polls in a row that got no answer.
    lost: u32,
    /// What a busy server asked for last.
    retry_after: Duration,
    /// Why the last poll got no answer, if it got none.
    error: Option<TokenEndpointError>,
}

impl Pace {
    /// For a device code that lives so long.
    pub(crate) fn new(lifetime: Duration, interval: Option<Duration>) -> Self {
        Self {
            lifetime,
            interval: interval.unwrap_or(USUAL).max(LEAST),
            lost: 0,
            retry_after: Duration::ZERO,
            error: None,
        }
    }

    /// For tests on sockets.
    #[cfg(test)]
    pub(crate) fn hurried() -> Self {
        Self {
            interval: Duration::from_millis(1),
            ..Self::new(Duration::from_secs(600), None)
        }
    }

    /// How long to wait before the next poll; none when the code, of this age, will have expired by then.
    pub(crate) fn pause(&self, age: Duration) -> Option<Duration> {
        let doubled = self
            .interval
            .saturating_mul(2_u32.saturating_pow(self.lost));
        let pause = doubled.min(LONGEST_BACKOFF.max(self.interval));
        let pause = pause.max(self.retry_after);
        (age.saturating_add(pause) < self.lifetime).then_some(pause)
    }

    /// The user has not decided.
    pub(crate) fn pending(&mut self) {
        self.lost = 0;
        self.retry_after = Duration::ZERO;
        self.error = None;
    }

    /// Nor that, and the server wants to be asked less often from now on.
    pub(crate) fn slow_down(&mut self) {
        self.pending();
        self.interval = self.interval.saturating_add(SLOWER);
    }

    /// Nothing that says anything about the user came back, but perhaps for how long the server wants to be left alone.
    pub(crate) fn lost(&mut self, error: TokenEndpointError) {
        self.lost = self.lost.saturating_add(1);
        self.retry_after = error.retry_after().unwrap_or_default();
        self.error = Some(error);
    }

    /// Why there is no further poll. Whether the user has decided is unknown where the server gave no answer to the last one.
    pub(crate) fn end(&mut self) -> SignInError {
        let error = self.error.take();
        self.pending();
        error.map_or(SignInError::Expired, SignInError::Endpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenEndpointErrorKind;

    const FRESH: Duration = Duration::ZERO;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn busy(retry_after: Option<Duration>) -> TokenEndpointError {
        TokenEndpointError::new(TokenEndpointErrorKind::Unavailable).with_retry_after(retry_after)
    }

    fn pause(pace: &Pace) -> u64 {
        pace.pause(FRESH).unwrap().as_secs()
    }

    #[test]
    fn without_a_word_from_the_server_it_is_five_seconds_and_never_less_than_one() {
        for (interval, expected) in [(None, 5), (Some(0), 1), (Some(1), 1), (Some(30), 30)] {
            let pace = Pace::new(seconds(600), interval.map(seconds));
            assert_eq!(pause(&pace), expected, "{interval:?}");
        }
    }

    #[test]
    fn each_slow_down_adds_five_seconds_for_good() {
        let mut pace = Pace::new(seconds(600), Some(seconds(7)));
        pace.slow_down();
        assert_eq!(pause(&pace), 12);
        pace.pending();
        assert_eq!(pause(&pace), 12);
        pace.slow_down();
        assert_eq!(pause(&pace), 17);
    }

    #[test]
    fn polls_that_are_lost_double_the_pause_until_one_is_answered() {
        let mut pace = Pace::new(seconds(600), None);
        for expected in [10, 20, 40, 60, 60] {
            pace.lost(busy(None));
            assert_eq!(pause(&pace), expected);
        }
        pace.pending();
        assert_eq!(pause(&pace), 5);
        pace.lost(busy(None));
        pace.slow_down();
        assert_eq!(pause(&pace), 10);
        pace.lost(busy(None));
        assert_eq!(pause(&pace), 20);
    }

    #[test]
    fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
        let mut pace = Pace::new(seconds(600), None);
        pace.lost(busy(Some(seconds(120))));
        assert_eq!(pause(&pace), 120);
        pace.lost(busy(Some(seconds(1))));
        assert_eq!(pause(&pace), 20);
        pace.lost(busy(Some(seconds(600))));
        assert_eq!(pace.pause(FRESH), None);
        pace.pending();
        assert_eq!(pause(&pace), 5);
    }

    #[test]
    fn a_long_interval_is_no_backoff_to_cut() {
        let mut pace = Pace::new(seconds(600), Some(seconds(90)));
        pace.lost(busy(None));
        assert_eq!(pause(&pace), 90);
    }

    #[test]
    fn nothing_is_polled_at_or_after_the_expiry() {
        let pace = Pace::new(seconds(20), None);
        for (age, expected) in [
            (0, Some(5)),
            (14, Some(5)),
            (15, None),
            (20, None),
            (99, None),
        ] {
            assert_eq!(pace.pause(seconds(age)), expected.map(seconds), "{age}");
        }
    }

    #[test]
    fn any_number_will_do() {
        let mut pace = Pace::new(Duration::MAX, Some(Duration::MAX));
        pace.slow_down();
        for _ in 0..100 {
            pace.lost(busy(None));
        }
        assert_eq!(pace.pause(FRESH), None);
        assert_eq!(Pace::new(FRESH, None).pause(Duration::MAX), None);
    }
}

//! Whether to try again, and when: a function of facts.

use std::time::Duration;

/// What is known after an attempt that is worth another try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// What the policy would wait; none if it has had enough.
    pub(crate) backoff: Option<Duration>,
    /// What the server asks to wait.
    pub(crate) requested: Option<Duration>,
    /// The longest wait that a server may ask for.
    pub(crate) cap: Duration,
    /// How long the origin wants to be left alone by all calls.
    pub(crate) parked: Option<Duration>,
    /// What is left until the deadline of the call.
    pub(crate) remaining: Option<Duration>,
}

/// How long to wait before the next attempt; none if there should be none.
///
/// The server's word goes before the policy's, up to the cap. Above it, or where the wait would outlast the deadline,
/// the caller is better off with the answer there is.
pub(crate) fn wait(facts: Facts) -> Option<Duration> {
    let backoff = facts.backoff?;
    let parked = facts.parked.unwrap_or_default();
    let wait = facts.requested.unwrap_or(backoff).max(parked);
    let asks_too_much = facts
        .requested
        .is_some_and(|requested| requested > facts.cap);
    let comes_too_late = facts.remaining.is_some_and(|remaining| remaining <= wait);
    (!asks_too_much && !comes_too_late).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            backoff: Some(seconds(2)),
            requested: None,
            cap: seconds(60),
            parked: None,
            remaining: None,
        }
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_policy_says_how_long_and_whether_at_all() {
        assert_eq!(wait(facts()), Some(seconds(2)));
        let enough = Facts {
            backoff: None,
            requested: Some(seconds(1)),
            ..facts()
        };
        assert_eq!(wait(enough), None);
    }

    #[test]
    fn the_servers_word_goes_first_up_to_the_cap() {
        for (requested, expected) in [(0, Some(0)), (1, Some(1)), (60, Some(60)), (61, None)] {
            let asked = Facts {
                requested: Some(seconds(requested)),
                ..facts()
            };
            assert_eq!(wait(asked), expected.map(seconds), "{requested}");
        }
    }

    #[test]
    fn nobody_goes_before_the_origin_wants_to_be_called_again() {
        for (parked, expected) in [(1, 2), (5, 5)] {
            let parked = Facts {
                parked: Some(seconds(parked)),
                ..facts()
            };
            assert_eq!(wait(parked), Some(seconds(expected)));
        }
    }

    #[test]
    fn no_wait_outlasts_the_deadline() {
        for (remaining, expected) in [(3, Some(2)), (2, None), (0, None)] {
            let limited = Facts {
                remaining: Some(seconds(remaining)),
                ..facts()
            };
            assert_eq!(wait(limited), expected.map(seconds), "{remaining}");
        }
    }
}

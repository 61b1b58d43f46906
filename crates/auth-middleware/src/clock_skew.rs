//! Whether a refusal comes from a clock that is behind: pure functions.

use std::time::{Duration, SystemTime};

/// How old a credential may be for its refusal to be a matter of clocks.
const FRESH: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5);
/// `Date` is whole seconds, cut off (RFC 9110 §5.6.7).
const RESOLUTION: Duration = Duration::from_secs(1);

/// How long to wait for the server's clock, if it is behind the moment at which the credential was obtained, and that
/// was just now. For such a server the credential isn't valid yet, and the next one wouldn't be either.
///
/// Without a date nothing is known about the server's clock. A difference of less than a second can't be seen in one.
pub(crate) fn wait(
    obtained_at: Option<SystemTime>,
    now: SystemTime,
    date: Option<SystemTime>,
) -> Option<Duration> {
    let (obtained_at, date) = (obtained_at?, date?);
    // A clock that was set back makes the moment lie ahead: that counts only if it is as near.
    let age = now
        .duration_since(obtained_at)
        .unwrap_or_else(|ahead| ahead.duration());
    if age >= FRESH {
        return None;
    }
    let behind = obtained_at.duration_since(date).ok()?;
    (behind >= RESOLUTION).then(|| behind.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIDNIGHT: Duration = Duration::from_secs(1_767_225_600);

    fn at(milliseconds: i64) -> SystemTime {
        let distance = Duration::from_millis(milliseconds.unsigned_abs());
        let midnight = SystemTime::UNIX_EPOCH + MIDNIGHT;
        if milliseconds < 0 {
            midnight - distance
        } else {
            midnight + distance
        }
    }

    #[test]
    fn a_server_is_waited_for_only_where_its_clock_is_seen_to_be_behind() {
        // obtained at, now, date of the answer, wait; all in milliseconds
        let table = [
            // Two seconds behind: its clock shows the moment two seconds from now.
            (10_000, 10_100, Some(8_000), Some(2_000)),
            (10_700, 10_900, Some(8_000), Some(2_700)),
            // One second behind, the least that can be seen.
            (10_000, 10_100, Some(9_000), Some(1_000)),
            (10_700, 10_900, Some(9_000), Some(1_700)),
            // The same second, or a cut off one.
            (10_700, 10_900, Some(10_000), None),
            (10_999, 11_000, Some(10_000), None),
            // Its clock is right, or ahead.
            (10_000, 12_000, Some(12_000), None),
            (10_000, 10_100, Some(90_000), None),
            // Far behind: no longer than the longest.
            (10_000, 10_100, Some(-60_000), Some(5_000)),
            (10_000, 10_100, Some(5_000), Some(5_000)),
            // Not fresh any more.
            (10_000, 14_999, Some(8_000), Some(2_000)),
            (10_000, 15_000, Some(8_000), None),
            (10_000, 70_000, Some(8_000), None),
            // Our own clock was set back meanwhile.
            (10_000, 9_000, Some(7_000), Some(3_000)),
            (10_000, -3_600_000, Some(-3_600_000), None),
            // Nothing is known about its clock.
            (10_000, 10_100, None, None),
        ];
        for (obtained, now, date, expected) in table {
            let waits = wait(Some(at(obtained)), at(now), date.map(at));
            let expected = expected.map(Duration::from_millis);
            assert_eq!(waits, expected, "{obtained} {now} {date:?}");
        }
    }

    #[test]
    fn of_an_old_credential_nothing_is_known() {
        assert_eq!(wait(None, at(0), Some(at(-9_000))), None);
    }

    proptest! {
        #[test]
        fn a_wait_is_between_one_second_and_five(obtained: i32, now: i32, date: i32) {
            let waits = wait(Some(at(obtained.into())), at(now.into()), Some(at(date.into())));
            prop_assert!(waits.is_none_or(|waits| (SHORTEST..=LONGEST).contains(&waits)));
        }
    }
}

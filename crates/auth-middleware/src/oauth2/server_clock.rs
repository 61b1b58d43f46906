//! What an instant of the server's clock is on ours: a pure function.

use std::time::{Duration, SystemTime};

/// `Date` is whole seconds, cut off (RFC 9110 §5.6.7).
const RESOLUTION: Duration = Duration::from_secs(1);

/// An instant of the server's clock, on ours. The server's `Date` was written somewhere between our sending and the answer's
/// coming; of all the instants that it can be, this is the earliest, so that no token is used past its expiry.
///
/// Clocks between which the date shows no difference are the same, and so they are without a date.
pub(crate) fn on_our_clock(
    instant: SystemTime,
    date: Option<SystemTime>,
    sent_at: SystemTime,
    answered_at: SystemTime,
) -> SystemTime {
    let Some(date) = date else {
        return instant;
    };
    let latest_date = date + RESOLUTION;
    let agrees = date <= answered_at && sent_at < latest_date;
    if agrees {
        return instant;
    }
    match latest_date.duration_since(sent_at) {
        Ok(ahead) => instant.checked_sub(ahead).unwrap_or(instant),
        Err(behind) => instant.checked_add(behind.duration()).unwrap_or(instant),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: u64 = 1_767_268_800_000;

    fn at(milliseconds: i64) -> SystemTime {
        let noon = SystemTime::UNIX_EPOCH + Duration::from_millis(NOON);
        let distance = Duration::from_millis(milliseconds.unsigned_abs());
        if milliseconds < 0 {
            noon - distance
        } else {
            noon + distance
        }
    }

    #[test]
    fn an_expiry_is_moved_only_by_a_difference_that_can_be_seen() {
        // sent, answered, date, what an instant at 100 s is; all in milliseconds
        let table = [
            // The date lies where it should.
            (200, 900, Some(0), 100_000),
            (200, 1_900, Some(0), 100_000),
            (200, 1_900, Some(1_000), 100_000),
            (999, 1_000, Some(0), 100_000),
            (0, 0, Some(0), 100_000),
            // The server is 10 s ahead, or almost 11.
            (200, 900, Some(10_000), 89_200),
            // It is 10 s behind, or 9.
            (200, 900, Some(-10_000), 109_200),
            // The least that can be seen.
            (0, 999, Some(1_000), 98_000),
            (1_000, 1_500, Some(0), 100_000),
            // No date.
            (200, 900, None, 100_000),
        ];
        for (sent, answered, date, expected) in table {
            let found = on_our_clock(at(100_000), date.map(at), at(sent), at(answered));
            assert_eq!(found, at(expected), "{sent} {answered} {date:?}");
        }
    }

    proptest! {
        #[test]
        fn where_clocks_differ_no_instant_is_later_than_it_truly_is(
            skew in -100_000i64..100_000,
            sent in 0i64..5_000,
            until_written in 0i64..5_000,
            until_answered in 0i64..5_000,
        ) {
            let written = sent + until_written;
            // `noon` is a whole second.
            let date = (written + skew).div_euclid(1000) * 1000;
            let truth = at(100_000 - skew);
            let answered = at(written + until_answered);
            let found = on_our_clock(at(100_000), Some(at(date)), at(sent), answered);
            prop_assert!(found <= truth || found == at(100_000));
        }
    }
}

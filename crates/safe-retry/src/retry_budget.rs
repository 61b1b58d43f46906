//! How much extra load retries may be.

use std::time::Duration;

use tower::retry::budget::TpsBudget;

/// How much extra load retries may be on one origin, so that one that is dying isn't finished off by them.
///
/// Each call pays a share of a retry into the origin's bucket, however it ends, and each retry takes one out. A reserve
/// refills over time, for programs that make few calls. What was paid in or taken out counts for about ten seconds. When
/// there is nothing in it, failures go up at once.
///
/// ```
/// use safe_retry::{RetryBudget, RetryMiddleware};
///
/// // One retry for ten calls, and no more than twenty in ten seconds beyond that.
/// let layer = RetryMiddleware::new().budget(RetryBudget::default().ratio(0.1).min_per_second(2));
/// let unlimited = RetryMiddleware::new().budget(None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RetryBudget {
    min_per_second: u32,
    ratio: f32,
}

impl RetryBudget {
    const WINDOW: Duration = Duration::from_secs(10);

    /// How many retries a second there may be, however few calls there are; those of ten seconds may come at once. Up to
    /// a million. Default: 10.
    pub fn min_per_second(mut self, retries: u32) -> Self {
        self.min_per_second = retries.min(1_000_000);
        self
    }

    /// How many retries there may be for each call, beyond the reserve: 0.2 for one in five. From 0 to 1000. Below 1 it is
    /// rounded up to one in so many calls: 0.3 is one in three. Default: 0.2.
    pub fn ratio(mut self, retries_per_call: f32) -> Self {
        // A ratio that isn't a number allows nothing.
        self.ratio = retries_per_call.clamp(0.0, 1000.0).max(0.0);
        self
    }

    pub(crate) fn bucket(self) -> TpsBudget {
        TpsBudget::new(Self::WINDOW, self.min_per_second, self.ratio)
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self {
            min_per_second: 10,
            ratio: 0.2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_setting_causes_a_panic() {
        for ratio in [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e-9, 1.0, 1e9] {
            for reserve in [0, 1, u32::MAX] {
                RetryBudget::default()
                    .min_per_second(reserve)
                    .ratio(ratio)
                    .bucket();
            }
        }
    }
}

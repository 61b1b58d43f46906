//! Policies that wait exactly so long.

use std::time::Duration;

use facade::RetryMiddleware;
use reqwest_retry::Jitter;
use reqwest_retry::policies::ExponentialBackoff;

/// Retries this often, with waits of one millisecond.
pub(crate) fn retries(retries: u32) -> RetryMiddleware {
    RetryMiddleware::new().policy(every(Duration::from_millis(1), retries))
}

/// Waits this long before each retry.
pub(crate) fn every(wait: Duration, retries: u32) -> ExponentialBackoff {
    ExponentialBackoff::builder()
        .retry_bounds(wait, wait)
        .jitter(Jitter::None)
        .build_with_max_retries(retries)
}

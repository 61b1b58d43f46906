//! A limit for waits that only a bug makes long.

use std::time::Duration;

use tokio::time::timeout;

/// Waits for what should happen soon.
///
/// # Panics
///
/// When it hasn't happened after 30 seconds.
pub async fn soon<F: Future>(work: F) -> F::Output {
    let limited = timeout(Duration::from_secs(30), work).await;
    limited.expect("it should not take this long")
}

//! A wall clock that moves with tokio's time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// 2026-01-01T00:00:00Z, where [`clock`] starts.
const START: Duration = Duration::from_secs(1_767_225_600);

/// Returns a wall clock that starts at 2026-01-01T00:00:00Z and moves with tokio's time.
///
/// Under `#[tokio::test(start_paused = true)]` it moves only when the paused time does, so that code which takes
/// `Fn() -> SystemTime` can be tested to the millisecond. Copies of one clock show the same time.
///
/// ```
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let now = testkit::clock();
/// let before = now();
/// tokio::time::sleep(Duration::from_secs(3600)).await;
/// assert_eq!(now().duration_since(before).unwrap(), Duration::from_secs(3600));
/// # }
/// ```
pub fn clock() -> impl Fn() -> SystemTime + Send + Sync + Clone + 'static {
    clock_from(UNIX_EPOCH + START)
}

/// Returns a wall clock that starts at `start` and moves with tokio's time, as [`clock`] does.
pub fn clock_from(start: SystemTime) -> impl Fn() -> SystemTime + Send + Sync + Clone + 'static {
    let begun = Instant::now();
    move || start + begun.elapsed()
}

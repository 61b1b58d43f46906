//! Blocking calls, off the runtime.

use tokio::task::spawn_blocking;
use tracing::Span;

use crate::StoreError;

/// Runs what blocks on a thread that may. It runs to its end even if the future is dropped.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let span = Span::current();
    spawn_blocking(move || span.in_scope(work))
        .await
        .unwrap_or_else(|never_ran| Err(StoreError::failed(never_ran)))
}

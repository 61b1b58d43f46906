//! Middleware that lets only so many requests be in flight at a time.

use std::sync::Arc;

use http::Extensions;
use request_context::{Call, DeadlineExceeded, Handling};
use reqwest::Request;
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout_at;

/// Lets only so many requests be in flight at a time, each until its headers have arrived. The others wait in turn, no
/// longer than their deadline.
///
/// It stands innermost: no permit is held in a backoff or while a refresh runs, so that a refresh through the same
/// client can't wait for itself.
pub(crate) struct ConcurrencyLimit {
    permits: Arc<Semaphore>,
}

impl ConcurrencyLimit {
    pub(crate) fn new(in_flight: usize) -> Self {
        let permits = in_flight.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(permits)),
        }
    }

    /// Waits for a permit, no longer than the call has left.
    async fn permit(&self, call: &Call) -> Result<Option<SemaphorePermit<'_>>> {
        let permit = self.permits.acquire();
        let permit = match call.deadline() {
            None => permit.await,
            Some(at) => timeout_at(at, permit)
                .await
                .map_err(|_| Error::middleware(DeadlineExceeded::new()))?,
        };
        // The semaphore is never closed.
        Ok(permit.ok())
    }
}

// By hand, so that a request which needn't wait is not moved once more.
impl Middleware for ConcurrencyLimit {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        mut request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        if let Ok(permit) = self.permits.try_acquire() {
            let attempt = next.run(request, extensions);
            return Box::pin(async move {
                let _permit = permit;
                attempt.await
            });
        }
        Box::pin(async move {
            let call = Call::of(extensions);
            let _permit = self.permit(&call).await?;
            call.stamp(&mut request).map_err(Error::middleware)?;
            next.run(request, extensions).await
        })
    }
}

//! Middleware that lets only so many requests be in flight at a time.

use std::sync::Arc;

use async_trait::async_trait;
use http::Extensions;
use request_context::{Call, DeadlineExceeded};
use reqwest::{Request, Response};
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

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for ConcurrencyLimit {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if let Ok(_permit) = self.permits.try_acquire() {
            return next.run(request, extensions).await;
        }
        // Boxed, like all that is rare: every request pays for the size of this future.
        let call = Call::of(extensions);
        let _permit = Box::pin(self.permit(&call)).await?;
        call.stamp(&mut request).map_err(Error::middleware)?;
        next.run(request, extensions).await
    }
}

//! Waiting while an origin wants to be left alone.

use std::time::SystemTime;

use request_context::{DeadlineExceeded, Instant, retry_after};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Result};
use tokio::time::sleep_until;

use crate::attempts::Attempts;

impl Attempts<'_> {
    /// Has further calls wait if the origin that answered asked to be left alone. It is another than the request's where
    /// reqwest followed a redirect.
    pub(crate) fn park_after(&self, outcome: &Result<Response>) {
        let (true, Ok(response)) = (self.layer.parks, outcome) else {
            return;
        };
        if !matches!(response.status().as_u16(), 429 | 503) {
            return;
        }
        let wait = retry_after(response.headers(), SystemTime::now());
        let wait = wait.filter(|wait| *wait <= self.layer.retry_after_cap);
        let until = wait.and_then(|wait| Instant::now().checked_add(wait));
        let upstream = self.layer.upstreams.of(response.url());
        if let (Some(until), Some(upstream)) = (until, upstream) {
            upstream.park(until);
        }
    }

    pub(crate) fn parked_until(&self) -> Option<Instant> {
        let upstream = self.upstream.as_ref().filter(|_| self.layer.parks)?;
        upstream.parked_until(Instant::now())
    }

    /// Waits while the origin wants to be left alone, but not for ever: it may go on asking.
    pub(crate) async fn leave_alone(&self, request: &mut Request) -> Result<()> {
        let patience = Instant::now().checked_add(self.layer.retry_after_cap);
        while let Some(until) = self.parked_until() {
            let until = patience.map_or(until, |patience| until.min(patience));
            let came = Instant::now();
            if until <= came {
                break;
            }
            let deadline = self.call.deadline();
            if deadline.is_some_and(|deadline| deadline <= until) {
                return Err(Error::middleware(DeadlineExceeded::new()));
            }
            sleep_until(until).await;
            self.call.add_wait(came.elapsed());
        }
        self.call.stamp(request).map_err(Error::middleware)
    }
}

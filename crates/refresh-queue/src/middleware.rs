//! Middleware that holds requests while a refresh runs, and heals a refused credential once.

use async_trait::async_trait;
use http::{Extensions, StatusCode};
use request_context::{Call, DeadlineExceeded, OriginAllowList, Replay, Verdict, Versioned, drain};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout_at;

use crate::decision::Need;
use crate::{RefreshQueue, Renewable};

/// Middleware that hands each request a fresh credential, and heals a refused one: it refreshes once and sends the
/// request once more.
///
/// It passes untouched what isn't its business: requests marked
/// [`WithoutAuth`](request_context::WithoutAuth), requests with an `Authorization` header of the caller's own, and
/// requests to origins that are not on the list.
///
/// # Order
///
/// Above the layer that applies the credential and judges answers, such as `auth-middleware`; below everything
/// that counts attempts or caches. Without such a layer, see
/// [`apply_credential`](Self::apply_credential).
#[derive(Clone, Debug)]
#[must_use]
pub struct RefreshMiddleware<C: Renewable> {
    queue: RefreshQueue<C>,
    origins: OriginAllowList,
    applies: bool,
}

impl<C: Renewable> RefreshMiddleware<C> {
    /// Serves requests to these origins from this queue.
    pub fn new(queue: RefreshQueue<C>, origins: impl Into<OriginAllowList>) -> Self {
        Self {
            queue,
            origins: origins.into(),
            applies: false,
        }
    }

    /// Whether the layer puts the credential on the request itself and takes each 401 as a refusal. Default: no,
    /// an auth layer below does both.
    pub fn apply_credential(mut self, applies: bool) -> Self {
        self.applies = applies;
        self
    }

    async fn send(
        &self,
        mut request: Request,
        credential: &Versioned,
        call: &Call,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if self.applies {
            let applied = credential.apply(&mut request).await;
            applied.map_err(Error::middleware)?;
        } else {
            call.hand_down(credential.clone());
        }
        next.run(request, extensions).await
    }

    fn is_refused(&self, call: &Call, response: &Response) -> bool {
        match call.verdict() {
            Some(verdict) => verdict == Verdict::InvalidToken,
            // A redirect that reqwest followed may have led to an origin that never saw the credential.
            None => {
                self.applies
                    && response.status() == StatusCode::UNAUTHORIZED
                    && self.origins.allows(response.url())
            }
        }
    }

    /// Waits for the queue, no longer than the call has left.
    async fn obtain(&self, need: Need, call: &Call) -> Result<Versioned> {
        let outcome = match call.deadline() {
            None => self.queue.obtain(need).await,
            Some(at) => timeout_at(at, self.queue.obtain(need))
                .await
                .map_err(|_| Error::middleware(DeadlineExceeded::new()))?,
        };
        outcome.map_err(Error::from)
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl<C: Renewable> Middleware for RefreshMiddleware<C> {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.origins.admits(&request, extensions) {
            return next.run(request, extensions).await;
        }
        let call = Call::of(extensions);
        let sent = if let Some(credential) = self.queue.at_hand() {
            credential
        } else {
            let credential = self.obtain(Need::Usable, &call).await?;
            call.stamp(&mut request).map_err(Error::middleware)?;
            credential
        };
        let replay = Replay::of(&mut request, extensions);
        let response = self
            .send(request, &sent, &call, extensions, next.clone())
            .await?;
        if !self.is_refused(&call, &response) {
            return Ok(response);
        }

        let Some(replay) = replay else {
            // The refresh is for those who come after; this caller gets the answer that it has.
            self.obtain(Need::NewerThan(sent), &call).await?;
            return Ok(response);
        };
        drain(response).await;
        let newer = self.obtain(Need::NewerThan(sent), &call).await?;
        let mut request = replay.into_request().map_err(Error::middleware)?;
        call.begin_replay();
        call.stamp(&mut request).map_err(Error::middleware)?;
        self.send(request, &newer, &call, extensions, next).await
    }
}

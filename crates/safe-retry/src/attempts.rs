//! One call's attempts, one after the other.

use std::sync::Arc;
use std::time::Duration;

use http::Extensions;
use request_context::{Call, Instant, Replay};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Next, Result};

use crate::upstreams::Upstream;
use crate::{Buffered, Retry, RetryEvent, RetryMiddleware, idempotency, strategy};

/// What is known of one call while it is tried.
pub(crate) struct Attempts<'a> {
    pub(crate) layer: &'a RetryMiddleware,
    pub(crate) own: Option<Retry>,
    pub(crate) buffered: Option<Buffered>,
    pub(crate) call: Arc<Call>,
    pub(crate) upstream: Option<Arc<Upstream>>,
    pub(crate) begun: Instant,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(
        layer: &'a RetryMiddleware,
        request: &mut Request,
        extensions: &mut Extensions,
    ) -> Self {
        let call = Call::of(extensions);
        let upstream = layer.upstreams.of(request.url());
        if let Some(upstream) = &upstream {
            upstream.deposit();
        }
        if layer.idempotency_keys {
            idempotency::add_key(request, &call);
        }
        Self {
            layer,
            own: extensions.get().cloned(),
            buffered: extensions.get().copied(),
            call,
            upstream,
            begun: Instant::now(),
        }
    }

    /// A copy of the request, if sending it twice does no harm and it can be copied.
    pub(crate) fn copy(
        &self,
        request: &mut Request,
        extensions: &Extensions,
    ) -> Option<Box<Replay>> {
        let idempotent = idempotency::is_idempotent(request);
        let own = self.own.as_ref();
        if !own.map_or(idempotent, |own| own.allows(idempotent)) {
            return None;
        }
        Replay::of(request, extensions).map(Box::new)
    }

    /// Does what is left to be done after the first attempt: reads its body, or waits and sends once more, until an attempt
    /// goes well or there is no point in another.
    pub(crate) async fn finish(
        self,
        mut outcome: Result<Response>,
        mut is_worth_another_try: bool,
        mut replay: Option<Box<Replay>>,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut retries = 0;
        loop {
            if !is_worth_another_try {
                (outcome, is_worth_another_try) = self.read(outcome).await;
            }
            let Some(copy) = replay.filter(|_| is_worth_another_try) else {
                return outcome;
            };
            let Some((wait, until)) = self.wait_after(&outcome, retries) else {
                return outcome;
            };
            let mut request = match copy.into_request() {
                Ok(request) => request,
                Err(error) => {
                    tracing::debug!(%error, "the call failed and isn't tried again");
                    return outcome;
                }
            };
            if !self.is_within_budget() {
                tracing::debug!(
                    server.address = request.url().host_str(),
                    "the call failed and isn't tried again: the retry budget is spent",
                );
                return outcome;
            }
            retries += 1;
            self.tell(&request, &outcome, retries, wait);
            self.wait_until(until, outcome).await;
            self.leave_alone(&mut request).await?;
            replay = Replay::of(&mut request, extensions).map(Box::new);
            self.call.begin_attempt();
            outcome = next.clone().run(request, extensions).await;
            self.park_after(&outcome);
            is_worth_another_try = self.is_worth_another_try(&outcome);
        }
    }

    /// Reads the body of a good answer, if that is asked for. One that breaks off is worth another try.
    async fn read(&self, outcome: Result<Response>) -> (Result<Response>, bool) {
        match (self.buffered, outcome) {
            (Some(buffered), Ok(response)) if response.status().as_u16() < 400 => {
                let outcome = buffered.read(response).await.map_err(|broken| {
                    self.call.leave_broken(broken.answer);
                    Error::from(broken.error)
                });
                let broke_off = outcome.is_err() && self.is_worth_another_try(&outcome);
                (outcome, broke_off)
            }
            (_, outcome) => (outcome, false),
        }
    }

    pub(crate) fn is_worth_another_try(&self, outcome: &Result<Response>) -> bool {
        let own = self.own.as_ref().map_or(&[][..], Retry::more_statuses);
        let asked_for =
            |status| own.contains(&status) || self.layer.more_statuses.contains(&status);
        strategy::is_worth_another_try(outcome, &*self.layer.strategy, asked_for)
    }

    /// Takes what a retry costs from the origin's budget.
    fn is_within_budget(&self) -> bool {
        let upstream = self.upstream.as_deref();
        upstream.is_none_or(Upstream::withdraw)
    }

    fn tell(&self, request: &Request, outcome: &Result<Response>, retry: u32, wait: Duration) {
        let event = RetryEvent {
            request,
            outcome,
            retry,
            wait,
        };
        event.trace();
        if let Some(hook) = &self.layer.hook {
            hook(&event);
        }
    }
}

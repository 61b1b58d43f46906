//! One call's attempts, one after the other.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Extensions;
use request_context::{Call, Instant, Replay, drain};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Next, Result};
use reqwest_retry::{RetryDecision, RetryPolicy};
use tokio::time::{sleep_until, timeout_at};

use crate::decision::{self, Facts};
use crate::retry_after::requested_wait;
use crate::upstreams::Upstream;
use crate::{Buffered, Retry, RetryEvent, RetryMiddleware, idempotency, strategy};

pub(crate) struct Attempts<'a> {
    pub(crate) layer: &'a RetryMiddleware,
    own: Option<Retry>,
    buffered: Option<Buffered>,
    pub(crate) call: Arc<Call>,
    pub(crate) upstream: Option<Arc<Upstream>>,
    begun: Instant,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(
        layer: &'a RetryMiddleware,
        request: &Request,
        extensions: &mut Extensions,
    ) -> Self {
        Self {
            layer,
            own: extensions.get().cloned(),
            buffered: extensions.get().copied(),
            call: Call::of(extensions),
            upstream: layer.upstreams.of(request.url()),
            begun: Instant::now(),
        }
    }

    /// Sends the request, and once more as long as that may help.
    pub(crate) async fn make(
        self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if let Some(upstream) = &self.upstream {
            upstream.deposit();
        }
        if self.layer.idempotency_keys {
            idempotency::add_key(&mut request, &self.call);
        }
        if self.parked_until().is_some() {
            Box::pin(self.leave_alone(&mut request)).await?;
        }
        if !self.may_repeat(&request) {
            self.call.begin_attempt();
            let outcome = next.run(request, extensions).await;
            self.park_after(&outcome);
            return outcome;
        }
        let replay = Replay::of(&mut request, extensions).map(Box::new);
        let outcome = self.attempt(request, extensions, next.clone()).await;
        match replay {
            Some(replay) if self.is_worth_another_try(&outcome) => {
                // Boxed, like all that is rare: every request pays for the size of this future.
                Box::pin(self.again(outcome, replay, extensions, next)).await
            }
            _ => outcome,
        }
    }

    /// Waits and sends once more, until an attempt goes well or there is no point in another.
    async fn again(
        self,
        mut outcome: Result<Response>,
        mut replay: Box<Replay>,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut retries = 0;
        loop {
            let Some((wait, until)) = self.wait_after(&outcome, retries) else {
                return outcome;
            };
            let mut request = match replay.into_request() {
                Ok(request) => request,
                Err(error) => {
                    tracing::debug!(%error, "the call failed and can't be tried again");
                    return outcome;
                }
            };
            if !self.is_within_budget() {
                tracing::debug!("the call failed and isn't tried again: the retry budget is spent");
                return outcome;
            }
            retries += 1;
            self.tell(&request, &outcome, retries, wait);
            if let Ok(response) = outcome {
                // So that its connection can carry the next attempt.
                let _ = timeout_at(until, drain(response)).await;
            }
            sleep_until(until).await;
            self.call.add_wait(wait);
            self.leave_alone(&mut request).await?;
            let copy = Replay::of(&mut request, extensions);
            outcome = self.attempt(request, extensions, next.clone()).await;
            match copy {
                Some(copy) if self.is_worth_another_try(&outcome) => *replay = copy,
                _ => return outcome,
            }
        }
    }

    /// Sends a request that may be sent again.
    async fn attempt(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        self.call.begin_attempt();
        let outcome = next.run(request, extensions).await;
        self.park_after(&outcome);
        match (self.buffered, outcome) {
            (Some(buffered), Ok(response)) if response.status().as_u16() < 400 => {
                buffered.read(response).await.map_err(Error::from)
            }
            (_, outcome) => outcome,
        }
    }

    fn may_repeat(&self, request: &Request) -> bool {
        let idempotent = idempotency::is_idempotent(request);
        self.own
            .as_ref()
            .map_or(idempotent, |own| own.allows(idempotent))
    }

    fn is_worth_another_try(&self, outcome: &Result<Response>) -> bool {
        let own = self.own.as_ref().map_or(&[][..], Retry::more_statuses);
        let asked_for =
            |status| own.contains(&status) || self.layer.more_statuses.contains(&status);
        strategy::is_worth_another_try(outcome, &*self.layer.strategy, asked_for)
    }

    /// How long to wait after this outcome, and until when; none if there should be no other attempt.
    fn wait_after(&self, outcome: &Result<Response>, retries: u32) -> Option<(Duration, Instant)> {
        let (now, wall_clock) = (Instant::now(), SystemTime::now());
        let until = |at: Instant| at.saturating_duration_since(now);
        let answer = outcome.as_ref().ok();
        let wait = decision::wait(Facts {
            backoff: self.backoff(wall_clock, retries),
            requested: answer.and_then(|answer| requested_wait(answer.headers(), wall_clock)),
            cap: self.layer.retry_after_cap,
            parked: self.parked_until().map(until),
            remaining: self.call.deadline().map(until),
        })?;
        Some((wait, now.checked_add(wait)?))
    }

    fn backoff(&self, now: SystemTime, retries: u32) -> Option<Duration> {
        let own = self.own.as_ref().and_then(Retry::own_policy);
        let policy: &dyn RetryPolicy = own.map_or(&*self.layer.policy, |own| &**own);
        // Policies know wall clock time; what has passed of it is counted by tokio's, which tests can pause.
        let begun = now.checked_sub(self.begun.elapsed()).unwrap_or(now);
        match policy.should_retry(begun, retries) {
            RetryDecision::Retry { execute_after } => {
                Some(execute_after.duration_since(now).unwrap_or_default())
            }
            RetryDecision::DoNotRetry => None,
        }
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

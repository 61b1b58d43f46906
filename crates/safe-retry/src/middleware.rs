//! Middleware that tries a failed request again, where that does no harm.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Extensions, StatusCode};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_retry::{Jitter, RetryPolicy, RetryableStrategy};

use crate::attempts::Attempts;
use crate::upstreams::Upstreams;
use crate::{RetryBudget, RetryEvent, TransientFailures};

/// Middleware that tries a failed request again, where that does no harm: requests that are idempotent by their method
/// (RFC 9110 §9.2.2) or carry an `Idempotency-Key`, after failures that may be over in a moment.
///
/// Clones share the budget and what is known of each origin. For what one request wants otherwise, see
/// [`Retry`](crate::Retry).
///
/// # Errors
///
/// When it gives up, the last answer or error goes up as it came. The one error of its own is
/// [`DeadlineExceeded`](crate::DeadlineExceeded): for a call that may not be sent before its deadline, because its origin
/// asked to be left alone for longer (see [`park`](Self::park)), and for one that woke too late from its wait.
///
/// # Cancel safety
///
/// Dropping the call's future ends its wait, and nothing more is sent.
#[derive(Clone)]
#[must_use]
pub struct RetryMiddleware {
    pub(crate) policy: Arc<dyn RetryPolicy + Send + Sync>,
    pub(crate) strategy: Arc<dyn RetryableStrategy + Send + Sync>,
    pub(crate) more_statuses: Vec<StatusCode>,
    pub(crate) retry_after_cap: Duration,
    pub(crate) idempotency_keys: bool,
    pub(crate) parks: bool,
    pub(crate) hook: Option<Arc<Hook>>,
    pub(crate) upstreams: Arc<Upstreams>,
}

type Hook = dyn Fn(&RetryEvent<'_>) + Send + Sync;

impl RetryMiddleware {
    /// A layer with defaults that suit a REST API in production; each has an option below.
    pub fn new() -> Self {
        Self {
            policy: Arc::new(exponential_backoff(3)),
            strategy: Arc::new(TransientFailures),
            more_statuses: Vec::new(),
            retry_after_cap: Duration::from_secs(60),
            idempotency_keys: false,
            parks: false,
            hook: None,
            upstreams: Arc::new(Upstreams::new(Some(RetryBudget::default()))),
        }
    }

    /// Retries up to this often, with a backoff that doubles from 1 to 30 seconds and full jitter. Default: 3.
    ///
    /// It takes the place of a [`policy`](Self::policy).
    pub fn max_retries(self, retries: u32) -> Self {
        self.policy(exponential_backoff(retries))
    }

    /// When to try again, and how often. Any policy of reqwest-retry's will do. Default: as
    /// [`max_retries(3)`](Self::max_retries).
    ///
    /// The policy is told when the call began, the wait of a parked call included, by a clock that moves with tokio's
    /// time. A time that has passed means at once. What a server asks for goes first.
    pub fn policy(mut self, policy: impl RetryPolicy + Send + Sync + 'static) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Which failures are worth another try. Any strategy of reqwest-retry's will do. Default: [`TransientFailures`].
    ///
    /// It is asked about requests that may be sent again, once for each attempt. An attempt whose [headers](crate::HeadersTimeoutMiddleware) or
    /// [body](crate::Buffered) took too long, or whose body broke off, is worth another try whatever it says.
    pub fn strategy(mut self, strategy: impl RetryableStrategy + Send + Sync + 'static) -> Self {
        self.strategy = Arc::new(strategy);
        self
    }

    /// Tries again on this status too, whatever the strategy says. Default: none.
    pub fn also_on(mut self, status: StatusCode) -> Self {
        self.more_statuses.push(status);
        self
    }

    /// The longest wait that a server may ask for; above it its answer goes up at once. Default: 60 seconds.
    pub fn retry_after_cap(mut self, cap: Duration) -> Self {
        self.retry_after_cap = cap;
        self
    }

    /// How much extra load retries may be on one origin; `None` for no limit. Default: [`RetryBudget::default`].
    pub fn budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        self.upstreams = Arc::new(Upstreams::new(budget.into()));
        self
    }

    /// Whether to make an `Idempotency-Key` for each `POST` and `PATCH` that has none, so that they can be retried too.
    /// Default: no, since only a server that knows the header makes it safe.
    ///
    /// A call keeps its key: each attempt sends the same, and so does a redirect within the origin. The key is a quoted
    /// UUID (draft-ietf-httpapi-idempotency-key-header). It is marked sensitive, so that layers which log or redirect can
    /// tell, such as `safe-redirect` above; reqwest's own redirects take it along to any origin.
    pub fn idempotency_keys(mut self, make: bool) -> Self {
        self.idempotency_keys = make;
        self
    }

    /// Whether a 429 or 503 with `Retry-After` holds back all further calls to the origin that answered until then, so
    /// that not each of them has to learn it. Default: no.
    ///
    /// No attempt is held for longer than the [`retry_after_cap`](Self::retry_after_cap), and a call whose deadline comes
    /// earlier ends at once. Requests that are never retried are held too. How many calls wait is not limited here, and when the time has come all leave together: where that may be
    /// many, limit how many are in flight below, as the facade does.
    pub fn park(mut self, park: bool) -> Self {
        self.parks = park;
        self
    }

    /// Calls this before each wait. It runs in the call's own task, so it should not block, and a panic in it is one in
    /// that task. It takes the place of an earlier one. Default: none.
    pub fn on_retry(mut self, hook: impl Fn(&RetryEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }
}

pub(crate) fn exponential_backoff(retries: u32) -> ExponentialBackoff {
    ExponentialBackoff::builder()
        .retry_bounds(Duration::from_secs(1), Duration::from_secs(30))
        .base(2)
        .jitter(Jitter::Full)
        .build_with_max_retries(retries)
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for RetryMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let attempts = Attempts::new(self, &mut request, extensions);
        // Boxed, like all that is rare: every request pays for the size of this future.
        if attempts.parked_until().is_some() {
            Box::pin(attempts.leave_alone(&mut request)).await?;
        }
        let replay = attempts.copy(&mut request, extensions);
        attempts.call.begin_attempt();
        let outcome = next.clone().run(request, extensions).await;
        attempts.park_after(&outcome);
        let is_worth_another_try = replay.is_some() && attempts.is_worth_another_try(&outcome);
        if !is_worth_another_try && attempts.buffered.is_none() {
            return outcome;
        }
        Box::pin(attempts.finish(outcome, is_worth_another_try, replay, extensions, next)).await
    }
}

impl Default for RetryMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RetryMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryMiddleware")
            .field("more_statuses", &self.more_statuses)
            .field("retry_after_cap", &self.retry_after_cap)
            .field("idempotency_keys", &self.idempotency_keys)
            .field("park", &self.parks)
            .finish_non_exhaustive()
    }
}

//! How a queue is set up.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::limits::Limits;
use crate::{Refresh, RefreshQueue, Renewable};

/// Sets up a [`RefreshQueue`].
///
/// ```
/// # use std::sync::Arc;
/// # use request_context::Credential;
/// # #[derive(Clone)] struct Token;
/// # impl refresh_queue::Renewable for Token {
/// #     fn credential(&self) -> Arc<dyn Credential> { Arc::new(Nothing) }
/// # }
/// # struct Nothing;
/// # impl Credential for Nothing {}
/// # let (token, refresher) = (Token, |_: Option<Token>| async { Ok(Token) });
/// use std::time::Duration;
/// use refresh_queue::RefreshQueue;
///
/// let queue = RefreshQueue::builder(refresher)
///     .credential(token)
///     .timeout(Duration::from_secs(10))
///     .max_waiters(1_000)
///     .build();
/// ```
#[must_use]
pub struct RefreshQueueBuilder<C: Renewable> {
    refresher: Arc<dyn Refresh<C>>,
    limits: Limits,
    wall: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    credential: Option<C>,
}

impl<C: Renewable> RefreshQueueBuilder<C> {
    pub(crate) fn new(refresher: Arc<dyn Refresh<C>>) -> Self {
        Self {
            refresher,
            limits: Limits::default(),
            wall: Arc::new(SystemTime::now),
            credential: None,
        }
    }

    /// The credential to begin with. Default: none, so that the first caller has the refresher get one.
    pub fn credential(mut self, credential: C) -> Self {
        self.credential = Some(credential);
        self
    }

    /// How long before its expiry a credential is refreshed in the background, by the first caller that comes then, while
    /// everyone goes on with the old one. Default: 60 seconds, and never more than a quarter of the credential's life;
    /// up to a quarter of that is taken off by chance, so that processes which signed in together don't refresh together.
    /// Zero turns it off.
    ///
    /// If that refresh fails, it is no error to anyone; the next is tried when the [`backoff`](Self::backoff) is over.
    pub fn refresh_ahead(mut self, ahead: Duration) -> Self {
        self.limits.ahead = ahead;
        self
    }

    /// How long before its expiry callers wait for a new credential rather than use the old one. Default: 10 seconds, and
    /// never more than a tenth of the credential's life. If that early refresh fails, the old one serves until it really
    /// expires.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.limits.leeway = leeway;
        self
    }

    /// How long one refresh may take. Then it is dropped, and its waiters get
    /// [`RefreshFailure::TimedOut`](crate::RefreshFailure::TimedOut). Default: 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How many callers may wait for one refresh. The next uses the old credential while that is good, and else gets
    /// [`RefreshFailure::WaitersFull`](crate::RefreshFailure::WaitersFull). Default: 10,000.
    pub fn max_waiters(mut self, waiters: usize) -> Self {
        self.limits.waiters = waiters;
        self
    }

    /// How many refreshes may succeed within a time, before the queue concludes that the server takes no token and
    /// answers a refusal with [`RefreshFailure::TooManyRefreshes`](crate::RefreshFailure::TooManyRefreshes). Default: 5
    /// within 30 seconds. Refreshes that failed don't count, and [`set`](RefreshQueue::set) begins anew.
    ///
    /// Raise it for credentials that live less than six seconds.
    pub fn max_refreshes(mut self, refreshes: usize, window: Duration) -> Self {
        self.limits.refreshes = refreshes;
        self.limits.window = window;
        self
    }

    /// How long after a failed refresh the next may start: `base`, doubled with each failure in a row, up to
    /// `cap`. Until then callers get the last failure. Default: 1 second, up to 30.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.limits.backoff = base;
        self.limits.backoff_cap = cap;
        self
    }

    /// The clock that a credential's expiry is held against. Default: [`SystemTime::now`]. For tests, and for
    /// programs that know how wrong the machine's clock is. It is asked before each request.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.wall = Arc::new(clock);
        self
    }

    /// The queue.
    #[must_use]
    pub fn build(self) -> RefreshQueue<C> {
        RefreshQueue::from_parts(self.refresher, self.limits, self.wall, self.credential)
    }
}

impl<C: Renewable> fmt::Debug for RefreshQueueBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshQueueBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

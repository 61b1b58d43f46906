//! The queue: asks the state what to do, waits, and runs refreshes.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use request_context::{Principal, Versioned};

use crate::builder::RefreshQueueBuilder;
use crate::decision::{Decision, FlightId, Fresh, Need, Outcome};
use crate::flight;
use crate::landed::Landed;
use crate::limits::Limits;
use crate::shared::Shared;
use crate::state::State;
use crate::{QueueError, Refresh, RefreshFailure, Renewable, SessionWatch};

/// Keeps one session's credential fresh, for any number of callers. Clones share the session.
///
/// At most one refresh runs at a time. It runs in a task of its own, which belongs to the queue and not to the
/// caller that needed it first: callers come and go, the refresh finishes.
///
/// It needs no HTTP chain:
///
/// ```
/// # use std::sync::Arc;
/// # use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
/// # use request_context::Credential;
/// # #[derive(Clone)] struct Token(HeaderValue);
/// # impl Credential for Token {
/// #     fn header(&self) -> Option<(&HeaderName, &HeaderValue)> { Some((&AUTHORIZATION, &self.0)) }
/// # }
/// # impl refresh_queue::Renewable for Token {
/// #     fn credential(&self) -> Arc<dyn Credential> { Arc::new(self.clone()) }
/// # }
/// # fn sign_in() -> Token { Token(HeaderValue::from_static("Bearer a")) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use refresh_queue::RefreshQueue;
///
/// let queue = RefreshQueue::new(|_stale: Option<Token>| async { Ok(sign_in()) });
///
/// let mut request = reqwest::Request::new(reqwest::Method::GET, "https://api.example.com/".parse()?);
/// queue.credential().await?.apply(&mut request).await?;
/// # assert!(request.headers().contains_key("authorization"));
/// # Ok(()) }
/// ```
pub struct RefreshQueue<C: Renewable> {
    pub(crate) shared: Arc<Shared<C>>,
}

impl<C: Renewable> RefreshQueue<C> {
    /// A queue with the default limits and no credential yet: the first caller has the refresher get one.
    ///
    /// Prefer [`set`](Self::set) or [`credential`](RefreshQueueBuilder::credential) when there is one already.
    pub fn new(refresher: impl Refresh<C>) -> Self {
        Self::builder(refresher).build()
    }

    /// A queue with limits of its own.
    pub fn builder(refresher: impl Refresh<C>) -> RefreshQueueBuilder<C> {
        RefreshQueueBuilder::new(Arc::new(refresher))
    }

    /// A credential that should be good: the one at hand, or the one that a refresh brings.
    ///
    /// # Errors
    ///
    /// [`QueueError::SessionEnded`] when the session is over, [`QueueError::Unavailable`] when no credential can
    /// be had just now.
    ///
    /// # Panics
    ///
    /// If it has to wait on a tokio runtime without time enabled.
    ///
    /// # Cancel safety
    ///
    /// A caller that leaves changes nothing for the others. A refresh that it started goes on.
    pub async fn credential(&self) -> Result<Versioned, QueueError> {
        self.obtain(Need::Usable).await
    }

    /// A credential newer than this one, which a server has refused.
    ///
    /// Late refusals of an old credential start no refresh: they get the newer one at once.
    ///
    /// # Errors
    ///
    /// As [`credential`](Self::credential). [`QueueError::SessionEnded`] also when somebody else has signed in
    /// since.
    ///
    /// # Cancel safety
    ///
    /// As [`credential`](Self::credential).
    pub async fn credential_after(&self, refused: Versioned) -> Result<Versioned, QueueError> {
        self.obtain(Need::NewerThan(refused)).await
    }

    /// Someone signed in. A refresh under way no longer counts: it can't bring the old session back.
    ///
    /// Those who waited for that refresh get the new credential, or [`QueueError::SessionEnded`] if it speaks for
    /// somebody else than the old one did.
    pub fn set(&self, credential: C) {
        let fresh = Fresh::from(credential);
        let wall = self.shared.wall();
        self.shared.lock().settle(|state| state.set(fresh, wall));
    }

    /// The program signed out. Until [`set`](Self::set) is called, everyone gets [`QueueError::SessionEnded`], those who
    /// wait for a refresh at once. What that refresh brings is dropped.
    pub fn clear(&self) {
        self.shared.lock().settle(State::clear);
    }

    /// Follows what the session is like: signed in, refreshing, signed out.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use request_context::Credential;
    /// # #[derive(Clone)] struct Token;
    /// # impl refresh_queue::Renewable for Token {
    /// #     fn credential(&self) -> Arc<dyn Credential> { unimplemented!() }
    /// # }
    /// # async fn example(queue: refresh_queue::RefreshQueue<Token>) {
    /// use refresh_queue::SessionStatus;
    ///
    /// let mut session = queue.subscribe();
    /// while let Some(status) = session.changed().await {
    ///     if let SessionStatus::SignedOut(why) = status {
    ///         println!("please sign in: {why}");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn subscribe(&self) -> SessionWatch {
        self.shared.lock().announcer.subscribe()
    }

    /// Whether somebody holds this queue beside the one who asks, its own refresh included.
    pub(crate) fn is_held(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }

    /// What the session holds now, fresh or not; none when nobody is signed in.
    pub fn current(&self) -> Option<C> {
        let current = self.shared.lock().state.current().cloned();
        current.map(Arc::unwrap_or_clone)
    }

    /// Whom the session speaks for now, also while it is refreshed; none when nobody is signed in or when that isn't known.
    pub fn principal(&self) -> Option<Principal> {
        self.shared.lock().state.principal().cloned()
    }

    /// The credential at hand, if it can be used without waiting. The way of almost every request.
    pub(crate) fn at_hand(&self) -> Option<Versioned> {
        let wall = self.shared.wall();
        self.shared.lock().state.at_hand(wall)
    }

    pub(crate) async fn obtain(&self, need: Need) -> Outcome {
        let (flight, landed) = match self.ask(&need) {
            Ask::Answered(outcome) => return outcome,
            Ask::Waits(flight, landed) => (flight, landed),
        };
        if flight::runs_here(&self.shared) {
            self.shared.lock().state.leave(flight);
            return Err(RefreshFailure::Reentrant.into());
        }
        let _waiter = Waiter {
            shared: &self.shared,
            flight,
        };
        let outcome = landed.wait().await;
        match outcome.unwrap_or_else(|| self.give_up()) {
            Ok(versioned) => need.settle(versioned),
            Err(QueueError::Unavailable(unavailable)) => {
                let now = self.shared.now();
                let fallback = self.shared.lock().state.fallback(&need, now);
                fallback.ok_or(QueueError::Unavailable(unavailable))
            }
            Err(ended) => Err(ended),
        }
    }

    /// A refresh is overdue: it is given up, and all who wait for it are told.
    fn give_up(&self) -> Outcome {
        let now = self.shared.now();
        let mut inner = self.shared.lock();
        inner.settle(|state| state.give_up_overdue(now));
        Err(RefreshFailure::TimedOut.into())
    }

    fn ask(&self, need: &Need) -> Ask {
        let now = self.shared.now();
        let mut inner = self.shared.lock();
        inner.settle(|state| state.give_up_overdue(now));
        match inner.state.ask(need, now) {
            Decision::Use(versioned) => Ask::Answered(Ok(versioned)),
            Decision::Refuse(error) => Ask::Answered(Err(error)),
            Decision::Join(flight) => Ask::Waits(flight, inner.landed(now)),
            Decision::Start { flight, stale } => {
                inner.begin();
                let landed = inner.landed(now);
                drop(inner);
                flight::start(Arc::clone(&self.shared), flight, stale);
                Ask::Waits(flight, landed)
            }
            Decision::StartAhead {
                flight,
                stale,
                meanwhile,
            } => {
                inner.begin();
                drop(inner);
                flight::start(Arc::clone(&self.shared), flight, Some(stale));
                Ask::Answered(Ok(meanwhile))
            }
        }
    }

    pub(crate) fn from_parts(
        refresher: Arc<dyn Refresh<C>>,
        limits: Limits,
        wall: Arc<dyn Fn() -> SystemTime + Send + Sync>,
        credential: Option<C>,
    ) -> Self {
        let queue = Self {
            shared: Arc::new(Shared::new(refresher, limits, wall)),
        };
        if let Some(credential) = credential {
            queue.set(credential);
        }
        queue
    }
}

impl<C: Renewable> Clone for RefreshQueue<C> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<C: Renewable> fmt::Debug for RefreshQueue<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshQueue").finish_non_exhaustive()
    }
}

enum Ask {
    Answered(Outcome),
    Waits(FlightId, Landed),
}

/// Counts as waiting until dropped.
struct Waiter<'a, C: Renewable> {
    shared: &'a Shared<C>,
    flight: FlightId,
}

impl<C: Renewable> Drop for Waiter<'_, C> {
    fn drop(&mut self) {
        self.shared.lock().state.leave(self.flight);
    }
}

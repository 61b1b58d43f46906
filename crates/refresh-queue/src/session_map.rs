//! Many sessions, each with a queue of its own.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::closing::Closing;
use crate::{RefreshQueue, Renewable};

/// Queues by tenant, user, scope or audience, for a program that has many sessions. Each refreshes for itself: one
/// tenant's dead token endpoint delays nobody else's calls. Clones share the queues.
///
/// The map is bounded. When it is full, the queue that was used longest ago is forgotten, unless someone holds it or it
/// refreshes: two queues of one session would refresh it twice. So it holds more than its capacity while more are in use.
/// What a forgotten queue held is gone, so `make` should have a refresher that can load the session again, from a store
/// for example, when it is given no stale credential.
///
/// That a session is over is forgotten too, with its queue or by [`remove`](Self::remove): the next call for that key has
/// `make` begin anew. So a logout ends the session where it is loaded from first, then `session(&key).clear()` ends what
/// is under way; a refresher that finds nothing to load rejects. A [`SessionWatch`](crate::SessionWatch) does not hold a queue.
///
/// ```
/// # use std::sync::Arc;
/// # use request_context::{Credential, Origin};
/// # #[derive(Clone)] struct Token;
/// # impl refresh_queue::Renewable for Token {
/// #     fn credential(&self) -> Arc<dyn Credential> { unimplemented!() }
/// # }
/// # async fn sign_in(_tenant: &str) -> Result<Token, refresh_queue::RefreshError> { Ok(Token) }
/// use refresh_queue::{RefreshMiddleware, RefreshQueue, SessionMap};
///
/// /// In the extensions of each request: on whose behalf it is made.
/// #[derive(Clone)]
/// struct Tenant(String);
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = SessionMap::new(1_000, |tenant: &String| {
///     let tenant = tenant.clone();
///     RefreshQueue::new(move |_stale: Option<Token>| {
///         let tenant = tenant.clone();
///         async move { sign_in(&tenant).await }
///     })
/// });
/// let origin: Origin = "https://api.example.com".parse()?;
/// let layer = RefreshMiddleware::choosing(origin, move |_request, extensions| {
///     let Tenant(tenant) = extensions.get::<Tenant>()?;
///     Some(sessions.session(tenant))
/// });
/// # Ok(()) }
/// ```
pub struct SessionMap<K, C: Renewable> {
    shared: Arc<Shared<K, C>>,
}

struct Shared<K, C: Renewable> {
    capacity: NonZeroUsize,
    make: Box<Make<K, C>>,
    sessions: Mutex<Sessions<K, C>>,
}

struct Sessions<K, C: Renewable> {
    queues: LruCache<K, RefreshQueue<C>>,
    closed: bool,
}

type Make<K, C> = dyn Fn(&K) -> RefreshQueue<C> + Send + Sync;

impl<K: Hash + Eq + Clone, C: Renewable> SessionMap<K, C> {
    /// Holds up to `capacity` queues, at least one. `make` makes the queue of a session that has none yet; it should do
    /// no more than that, since a queue that came second is dropped unused.
    pub fn new(
        capacity: usize,
        make: impl Fn(&K) -> RefreshQueue<C> + Send + Sync + 'static,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                capacity: NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN),
                make: Box::new(make),
                sessions: Mutex::new(Sessions {
                    queues: LruCache::unbounded(),
                    closed: false,
                }),
            }),
        }
    }

    /// The queue of this session. It is made if there is none.
    ///
    /// # Panics
    ///
    /// When `make` does.
    pub fn session(&self, key: &K) -> RefreshQueue<C> {
        let found = self.lock().queues.get(key).cloned();
        // Not under the lock, since it is the caller's code.
        let queue = found.unwrap_or_else(|| self.keep(key, (self.shared.make)(key)));
        // Those are dropped without the lock for the same reason.
        let forgotten = self.lock().forget_unused(self.shared.capacity.get());
        drop(forgotten);
        queue
    }

    /// Keeps this queue for the session, unless another has come first. It returns the one that is kept.
    fn keep(&self, key: &K, made: RefreshQueue<C>) -> RefreshQueue<C> {
        let mut sessions = self.lock();
        if let Some(first) = sessions.queues.get(key) {
            return first.clone();
        }
        if sessions.closed {
            made.close_unused();
        }
        sessions.queues.put(key.clone(), made.clone());
        made
    }

    /// Forgets this session, and returns its queue if there was one. Whoever holds it can go on with it, and a refresh
    /// that is under way goes on.
    ///
    /// It is no logout by itself, see [above](Self): the next call for this key begins anew.
    pub fn remove(&self, key: &K) -> Option<RefreshQueue<C>> {
        self.lock().queues.pop(key)
    }

    /// How many sessions have a queue.
    pub fn len(&self) -> usize {
        self.lock().queues.len()
    }

    /// Whether no session has a queue.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits for all refreshes under way, and lets none begin any more, as [`RefreshQueue::close`] does. Queues that are
    /// made from now on are closed from the beginning.
    ///
    /// # Cancel safety
    ///
    /// As [`RefreshQueue::close`].
    pub async fn close(&self) {
        for landed in self.begin_to_close() {
            landed.wait().await;
        }
    }

    /// All queues stop beginning refreshes before the first is waited for.
    fn begin_to_close(&self) -> Vec<Closing> {
        let mut sessions = self.lock();
        sessions.closed = true;
        let queues: Vec<_> = sessions
            .queues
            .iter()
            .map(|(_, queue)| queue.clone())
            .collect();
        drop(sessions);
        queues.iter().map(RefreshQueue::begin_to_close).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Sessions<K, C>> {
        let sessions = self.shared.sessions.lock();
        sessions.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq, C: Renewable> Sessions<K, C> {
    /// How many of the queues used longest ago are looked at for ones that can be forgotten, each time.
    const LOOKED_AT: usize = 16;

    /// Takes out what is too much. A queue that someone holds counts as used just now, so that the next look is at others.
    fn forget_unused(&mut self, capacity: usize) -> Vec<(K, RefreshQueue<C>)> {
        let mut forgotten = Vec::new();
        for _ in 0..Self::LOOKED_AT {
            if self.queues.len() <= capacity {
                break;
            }
            match self.queues.pop_lru() {
                Some((key, queue)) if queue.is_held() => {
                    self.queues.put(key, queue);
                }
                oldest => forgotten.extend(oldest),
            }
        }
        forgotten
    }
}

impl<K, C: Renewable> Clone for SessionMap<K, C> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<K, C: Renewable> fmt::Debug for SessionMap<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMap")
            .field("capacity", &self.shared.capacity)
            .finish_non_exhaustive()
    }
}

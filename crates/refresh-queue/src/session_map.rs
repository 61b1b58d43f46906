//! Many sessions, each with a queue of its own.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::{RefreshQueue, Renewable};

/// Queues by tenant, user, scope or audience, for a program that has many sessions. Each refreshes for itself: one
/// tenant's dead token endpoint delays nobody else's calls. Clones share the queues.
///
/// The map is bounded. When it is full, the queue that was used longest ago is forgotten, unless someone holds it or it
/// refreshes: two queues of one session would refresh it twice. What a forgotten queue held is gone, so `make` should
/// have a refresher that can load the session again, from a store for example, when it is given no stale credential.
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
    queues: Mutex<LruCache<K, RefreshQueue<C>>>,
}

type Make<K, C> = dyn Fn(&K) -> RefreshQueue<C> + Send + Sync;

impl<K: Hash + Eq + Clone, C: Renewable> SessionMap<K, C> {
    /// How many of the queues used longest ago are looked at for one that can be forgotten.
    const LOOKED_AT: usize = 16;

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
                queues: Mutex::new(LruCache::unbounded()),
            }),
        }
    }

    /// The queue of this session. It is made if there is none.
    pub fn session(&self, key: &K) -> RefreshQueue<C> {
        if let Some(queue) = self.lock().get(key) {
            return queue.clone();
        }
        // Not under the lock, since it is the caller's code.
        let made = (self.shared.make)(key);
        let mut queues = self.lock();
        let queue = queues.get_or_insert(key.clone(), || made).clone();
        self.forget_unused(&mut queues);
        queue
    }

    /// Forgets this session, and returns its queue if there was one. Whoever holds it can go on with it.
    pub fn remove(&self, key: &K) -> Option<RefreshQueue<C>> {
        self.lock().pop(key)
    }

    /// How many sessions have a queue.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no session has a queue.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Waits for all refreshes under way, and lets none begin in the queues that are here, as
    /// [`RefreshQueue::close`] does.
    pub async fn close(&self) {
        let queues: Vec<_> = self.lock().iter().map(|(_, queue)| queue.clone()).collect();
        // All of them stop beginning refreshes before the first is waited for.
        let closed: Vec<_> = queues.iter().map(RefreshQueue::begin_to_close).collect();
        for landed in closed {
            landed.wait().await;
        }
    }

    fn forget_unused(&self, queues: &mut LruCache<K, RefreshQueue<C>>) {
        while queues.len() > self.shared.capacity.get() {
            let mut oldest = queues.iter().rev().take(Self::LOOKED_AT);
            let unused = oldest.find(|(_, queue)| !queue.is_held());
            let Some(key) = unused.map(|(key, _)| key.clone()) else {
                return;
            };
            queues.pop(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<K, RefreshQueue<C>>> {
        let queues = self.shared.queues.lock();
        queues.unwrap_or_else(PoisonError::into_inner)
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

//! The cache: what it is set up with, and the handle on what it holds.

use std::fmt;
use std::slice;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Extensions;
use request_context::{Instant, OriginAllowList, Principal};
use reqwest::Request;
use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use crate::finishing::Finishing;
use crate::shared::Shared;
use crate::{Key, MemoryStore, Scope, Store};

/// Middleware that answers from what it has stored, as RFC 9111 says, for one program on behalf of its users. It is also the handle
/// on what is stored: clones share that, and each may be given options of its own.
///
/// Answers are stored under the URL and the [`Principal`] of whoever asked. Where a request carries a credential and nobody says
/// whose, the cache takes no part in it.
///
/// For what one request wants otherwise, see [`CacheMode`](crate::CacheMode). Where an answer came from is its extension
/// [`CacheStatus`](crate::CacheStatus).
///
/// # Errors
///
/// It has none of its own: those of the layers below come out as they are. Where nothing is stored and the origin must not be asked
/// (`only-if-cached`), the answer is a 504 (RFC 9111 §5.2.1.7).
///
/// # Cancel safety
///
/// Dropping a call's future, or its body before it has been read to the end, stores nothing.
#[derive(Clone)]
#[must_use]
pub struct Cache {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
}

type PrincipalFrom = dyn Fn(&Request, &Extensions) -> Option<Principal> + Send + Sync;
pub(crate) type Clock = dyn Fn() -> SystemTime + Send + Sync;

#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) body_limit: usize,
    pub(crate) max_variants: usize,
    pub(crate) max_revalidations: usize,
    pub(crate) authenticated: bool,
    pub(crate) principal_from: Option<Arc<PrincipalFrom>>,
    pub(crate) credential_origins: Option<OriginAllowList>,
    pub(crate) stale_on_error: Option<Duration>,
    pub(crate) revalidator: Option<ClientWithMiddleware>,
    pub(crate) status_header: bool,
    pub(crate) clock: Arc<Clock>,
}

impl Cache {
    /// A cache in memory, of up to 64 MiB. For another size, give [`new`](Self::new) a
    /// [`MemoryStore`].
    pub fn in_memory() -> Self {
        Self::new(MemoryStore::new())
    }

    /// A cache over this store.
    pub fn new(store: impl Store) -> Self {
        Self {
            options: Options::default(),
            shared: Arc::new(Shared::new(store)),
        }
    }

    /// How long a body may be to be stored, in bytes. A longer one passes as it arrives. Default: 8 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.options.body_limit = bytes;
        self
    }

    /// How many answers are kept for one URL, of those that differ by what their `Vary` names. The oldest goes first. Default: 16.
    pub fn max_variants(mut self, variants: usize) -> Self {
        self.options.max_variants = variants.max(1);
        self
    }

    /// Whether requests carry a credential that can't be seen from here, such as the cookies of a cookie store, or an
    /// `Authorization` among the default headers of a reqwest client. Those for whom nobody names a principal are then none of the
    /// cache's business. Default: no.
    ///
    /// It need not be said of a layer below that tells the [`Call`](request_context::Call) what it has sent, as `auth-middleware`
    /// does, nor of an `Authorization`, a `Cookie`, an `x-api-key` and what else sounds like a credential, or another header marked sensitive that the request
    /// has already.
    pub fn authenticated(mut self, authenticated: bool) -> Self {
        self.options.authenticated = authenticated;
        self
    }

    /// Names the principal of each request, or none if it is made for nobody in particular. It goes before what the layers above
    /// say ([`Call::principal`](request_context::Call::principal)). For requests with credentials of the caller's own, and for
    /// chains whose other layers know of no principal.
    ///
    /// Two requests for which it names the same one may get each other's answers.
    ///
    /// ```
    /// use private_cache::{Cache, Principal};
    ///
    /// #[derive(Clone)]
    /// struct User(u64);
    ///
    /// let cache = Cache::in_memory().principal_from(|_request, extensions| {
    ///     let User(id) = extensions.get()?;
    ///     Some(Principal::new(id.to_string()))
    /// });
    /// ```
    pub fn principal_from(
        mut self,
        name: impl Fn(&Request, &Extensions) -> Option<Principal> + Send + Sync + 'static,
    ) -> Self {
        self.options.principal_from = Some(Arc::new(name));
        self
    }

    /// The origins to which the layers below send credentials. Requests to others, and those marked
    /// [`WithoutAuth`](request_context::WithoutAuth), are nobody's unless [`principal_from`](Self::principal_from) names someone;
    /// those to these origins for which nobody names a principal are none of the cache's business. Default: not known.
    pub fn credential_origins(mut self, origins: impl Into<OriginAllowList>) -> Self {
        self.options.credential_origins = Some(origins.into());
        self
    }

    /// Lets a stored answer stand in, up to this long after it has become stale, where the origin can't be reached, breaks off, or
    /// answers 500, 502, 503 or 504. Default: only where and as long as the server says so (`stale-if-error`, RFC 5861 §4).
    ///
    /// It never does so for what is wrong with the credential, for a cancelled call, for any other status, for an answer with
    /// `no-cache` or `must-revalidate`, or for a request that asks for a current answer. A deadline that passes is a failure like
    /// a timeout: it limits how long the origin is waited for.
    pub fn serve_stale_on_error(mut self, within: Duration) -> Self {
        self.options.stale_on_error = Some(within);
        self
    }

    /// The client by which an answer with `stale-while-revalidate` (RFC 5861 §3) is asked for again while the stale one is served:
    /// it should have the layers that are below this one. Without it, the origin is asked first.
    ///
    /// The work belongs to the cache, one at a time for each key, and ends after 60 seconds.
    pub fn revalidate_with(mut self, client: ClientWithMiddleware) -> Self {
        self.options.revalidator = Some(client);
        self
    }

    /// How many answers are asked for again in the background at a time. Beyond that the origin is asked first. Default: 32.
    pub fn max_revalidations(mut self, at_a_time: usize) -> Self {
        self.options.max_revalidations = at_a_time;
        self
    }

    /// Whether each answer to a request that the cache has looked at says in a `Cache-Status` header what became of it (RFC 9211).
    /// Default: no.
    pub fn status_header(mut self, shown: bool) -> Self {
        self.options.status_header = shown;
        self
    }

    /// The clock that ages are told by. Default: [`SystemTime::now`].
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }
}

impl Cache {
    /// Has this URL asked for again before a stored answer to it is used, whoever that is for. What answers to it are on their way
    /// are not stored.
    ///
    /// A request that isn't safe, such as a `POST`, does so by itself when it succeeds: for its URL, and for what its answer names
    /// in `Location` and `Content-Location` of the same origin (RFC 9111 §4.4). That holds in this process. Another one that shares
    /// the store learns it for nobody's answers, and for those of whoever made the change.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the work goes on.
    pub async fn invalidate(&self, url: &Url) {
        self.invalidate_for(&Scope::Anonymous, slice::from_ref(url), None)
            .await;
    }

    /// Drops all that is stored for this principal, and stores nothing that was asked for before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the store may still have some of it.
    pub async fn forget(&self, principal: &Principal) {
        self.shared.begin_epoch();
        let scope = Scope::Principal(principal.clone());
        self.shared.store.forget(&scope).await;
    }

    /// Drops all that is stored, and stores nothing that was asked for before.
    ///
    /// # Cancel safety
    ///
    /// As [`forget`](Self::forget).
    pub async fn clear(&self) {
        self.shared.begin_epoch();
        self.shared.store.clear().await;
    }

    /// Waits until nothing is asked for in the background: for tests, and for programs that end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the wait changes nothing.
    pub async fn settled(&self) {
        self.shared.revalidations.settled().await;
    }

    pub(crate) fn invalidate_for(
        &self,
        scope: &Scope,
        urls: &[Url],
        deadline: Option<Instant>,
    ) -> Finishing {
        let mut keys = Vec::new();
        for url in urls {
            self.shared.marks.set(url, self.now());
            keys.push(Key::of_url(Scope::Anonymous, url));
            if *scope != Scope::Anonymous {
                keys.push(Key::of_url(scope.clone(), url));
            }
        }
        let shared = Arc::clone(&self.shared);
        Finishing::new(deadline, async move {
            for key in &keys {
                shared.store.remove(key).await;
            }
        })
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.options.clock)()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body_limit: 8 * 1024 * 1024,
            max_variants: 16,
            max_revalidations: 32,
            authenticated: false,
            principal_from: None,
            credential_origins: None,
            stale_on_error: None,
            revalidator: None,
            status_header: false,
            clock: Arc::new(SystemTime::now),
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("body_limit", &self.options.body_limit)
            .field("authenticated", &self.options.authenticated)
            .field("stale_on_error", &self.options.stale_on_error)
            .finish_non_exhaustive()
    }
}

//! What one request wants of the cache.

use std::sync::Arc;
use std::time::Duration;

use crate::policy::Word;

/// What one request wants of the cache: put it into the request's extensions. Without one, what the request's headers say
/// counts, `Cache-Control: no-cache` for example.
///
/// ```
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// use std::time::Duration;
/// use private_cache::CacheMode;
///
/// // An API that says nothing about caching.
/// let hourly = CacheMode::new().fresh_for(Duration::from_secs(3600));
/// let countries = client.get("https://api.example.com/countries").with_extension(hourly).send().await?;
///
/// let now = client.get("https://api.example.com/rates").with_extension(CacheMode::reload()).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CacheMode {
    pub(crate) word: Word,
    pub(crate) fresh_for: Option<Duration>,
    pub(crate) key: Option<Arc<str>>,
}

impl CacheMode {
    /// Answers from what is stored as far as that is fresh, and stores what may be stored. The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes no part in the request: nothing stored answers it, and its answer is not stored.
    pub fn no_store() -> Self {
        Self::of(Word::NoStore)
    }

    /// Asks the origin, whatever is stored, and stores the answer. Caches on the way are told not to answer either.
    pub fn reload() -> Self {
        Self::of(Word::Reload)
    }

    /// Asks the origin before a stored answer is used, however fresh it is.
    pub fn no_cache() -> Self {
        Self::of(Word::NoCache)
    }

    /// Answers from what is stored, however stale it is and whatever its `Cache-Control` says, and asks the origin only if
    /// there is nothing. What a later request of this program has changed is asked for again all the same.
    pub fn force_cache() -> Self {
        Self::of(Word::ForceCache)
    }

    /// Answers as [`force_cache`](Self::force_cache) does, and with a 504 if there is nothing: the origin is not asked.
    pub fn only_if_cached() -> Self {
        Self::of(Word::OnlyIfCached)
    }

    /// How long the answer is fresh, if it is a success and says nothing about that itself, neither by `max-age` nor by
    /// `Expires`. Its `no-store` counts all the same. Default: a tenth of how long ago its `Last-Modified` is, at most a day.
    pub fn fresh_for(mut self, lifetime: Duration) -> Self {
        self.fresh_for = Some(lifetime);
        self
    }

    /// Finds and stores the answer under this name in place of its URL, for URLs that differ in something that makes no
    /// difference. Each principal has names of its own. Requests that share a name must want the same. Where a redirect leads is
    /// found under its URL all the same.
    pub fn key(mut self, name: impl Into<Arc<str>>) -> Self {
        self.key = Some(name.into());
        self
    }

    /// Finds and stores the answer under its URL again, for what makes more requests out of one that has a [`key`](Self::key).
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    fn of(word: Word) -> Self {
        Self {
            word,
            ..Self::default()
        }
    }
}

//! What a client keeps: answers, and cookies.

use private_cache::Cache;
use request_context::OriginAllowList;
use reqwest_middleware::ClientWithMiddleware;

use crate::ClientBuilder;

impl ClientBuilder {
    /// Answers from what this cache has stored, where that will do. Default: no cache.
    ///
    /// What a [`session`](Self::session)'s user is answered is stored for that user, as long as they are signed in. With
    /// [`Auth::basic`](crate::Auth::basic), [`Auth::api_key`](crate::Auth::api_key) or another credential that is one header, it
    /// is stored for this client, and for no other that shares the cache. With any other credential nobody knows for whom
    /// answers are, and none is stored. The same holds for requests with an `Authorization`, `Cookie`, sensitive or other header
    /// of their own that is known for a credential, unless the cache is [told](Cache::principal_from).
    ///
    /// ```
    /// use facade::{Cache, CacheStatus, Client};
    ///
    /// # async fn example() -> Result<(), facade::ApiError> {
    /// let cache = Cache::in_memory();
    /// let client = Client::builder("https://api.example.com/v1").cache(cache.clone()).build()?;
    ///
    /// let countries = client.get("countries").send().await?;
    /// println!("sent: {}", countries.cache_status() != CacheStatus::Hit);
    /// # Ok(()) }
    /// ```
    pub fn cache(mut self, cache: impl Into<Option<Cache>>) -> Self {
        self.cache = cache.into();
        self
    }

    /// Whether cookies that answers set are kept and sent again. Default: no. A cache then takes no part in requests for which
    /// nobody names a principal, since cookies may say who asks. Should a change of the [`reqwest`](Self::reqwest) client keep
    /// cookies, or add a credential to each request, say [`Cache::authenticated`].
    #[cfg(feature = "cookies")]
    pub fn cookie_store(mut self, kept: bool) -> Self {
        self.keeps_cookies = kept;
        self
    }
}

/// The cache, with what the client knows of its other layers.
pub(super) fn settled(
    cache: Cache,
    credential_origins: Option<&OriginAllowList>,
    keeps_cookies: bool,
    below: ClientWithMiddleware,
) -> Cache {
    let mut cache = cache.revalidate_with(below);
    if let Some(origins) = credential_origins {
        cache = cache.credential_origins(origins.clone());
    }
    if keeps_cookies {
        cache = cache.authenticated(true);
    }
    cache
}

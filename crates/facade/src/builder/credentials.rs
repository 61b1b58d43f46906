//! The credentials of a client, and where they may go.

use std::sync::Arc;

use auth_middleware::AuthMiddleware;
use http::Extensions;
use refresh_queue::{RefreshMiddleware, RefreshQueue, Renewable};
use request_context::{Credential, Origin, OriginAllowList};

use crate::ClientBuilder;
use crate::order::{Layer, Layers};
use crate::rim::{Rim, somebody};

impl ClientBuilder {
    /// Takes credentials from this queue, which refreshes an expired one once while all other requests wait.
    pub fn session<C: Renewable>(self, queue: RefreshQueue<C>) -> Self {
        let asked = queue.clone();
        let rim: Rim = Arc::new(move |_, _| asked.principal());
        self.credential_layers(rim, move |origins, layers| {
            let refresh = RefreshMiddleware::new(queue, origins.clone());
            layers.add(Layer::RefreshQueue, refresh);
            AuthMiddleware::handed_down(origins.clone())
        })
    }

    /// Takes each request's credential from the queue that this closure chooses for it, of a [`SessionMap`](crate::SessionMap)
    /// for example: by tenant, user or scope. It sees what [`Request::extension`](crate::Request::extension) has put in. A
    /// request for which it chooses none carries no credential.
    ///
    /// ```
    /// use facade::{BearerTokens, Client, RefreshError, RefreshQueue, SessionMap};
    ///
    /// #[derive(Clone)]
    /// struct Tenant(String);
    ///
    /// # async fn load(_: &str) -> Result<BearerTokens, RefreshError> { Err(RefreshError::rejected("nobody")) }
    /// # async fn example() -> Result<(), facade::ApiError> {
    /// let sessions = SessionMap::new(1_000, |tenant: &String| {
    ///     let tenant = tenant.clone();
    ///     RefreshQueue::new(move |_stale: Option<BearerTokens>| {
    ///         let tenant = tenant.clone();
    ///         async move { load(&tenant).await }
    ///     })
    /// });
    /// let client = Client::builder("https://api.example.com")
    ///     .sessions(move |_request, extensions| {
    ///         let Tenant(tenant) = extensions.get()?;
    ///         Some(sessions.session(tenant))
    ///     })
    ///     .build()?;
    /// client.get("orders").extension(Tenant("acme".into())).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn sessions<C: Renewable>(
        self,
        choose: impl Fn(&reqwest::Request, &Extensions) -> Option<RefreshQueue<C>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let choose = Arc::new(choose);
        let asked = Arc::clone(&choose);
        let rim: Rim = Arc::new(move |request, extensions| asked(request, extensions)?.principal());
        self.credential_layers(rim, move |origins, layers| {
            let choose = move |request: &_, extensions: &_| choose(request, extensions);
            let refresh = RefreshMiddleware::choosing(origins.clone(), choose);
            layers.add(Layer::RefreshQueue, refresh);
            AuthMiddleware::handed_down(origins.clone())
        })
    }

    /// Puts this credential on each request to an allowed origin: one that never changes, such as an API key, or one that
    /// signs. It takes the place of a [`session`](Self::session), and is the other way round replaced by one.
    pub fn credential(self, credential: impl Credential + 'static) -> Self {
        if credential.header().is_none() {
            // It may sign for one user now, and for another then.
            let fixed = move |origins: &OriginAllowList, _: &mut _| {
                AuthMiddleware::fixed(credential, origins.clone())
            };
            return self.credential_layers(None, fixed);
        }
        let principal = somebody();
        let named = principal.clone();
        let rim: Rim = Arc::new(move |_, _| Some(named.clone()));
        self.credential_layers(rim, move |origins, _| {
            AuthMiddleware::fixed(credential, origins.clone()).principal(principal)
        })
    }

    /// Sets how the credential is got and put on, in place of what was set before, and who is known to call by it.
    pub(crate) fn credential_layers(
        mut self,
        rim: impl Into<Option<Rim>>,
        layers: impl FnOnce(&OriginAllowList, &mut Layers) -> AuthMiddleware + 'static,
    ) -> Self {
        self.credential_layers = Some(Box::new(layers));
        self.rim = rim.into();
        self.managed = None;
        self
    }

    /// Whether a 401 says something about the credential only if its `WWW-Authenticate` asks for the scheme that was sent, or
    /// for any where none was. Default: no, since many servers name no scheme. It is for APIs behind a proxy that has
    /// passwords of its own.
    pub fn require_challenge(mut self, required: bool) -> Self {
        self.require_challenge = required;
        self
    }

    /// Allows credentials and sensitive default headers to go to this origin too, given as a URL. A redirect between
    /// allowed origins takes all along, the request's own secrets and its body too. Default: the base URL's origin alone.
    pub fn allow_origin(self, origin: impl AsRef<str>) -> Self {
        self.with_origin(origin.as_ref(), OriginAllowList::allow)
    }

    /// Allows credentials and sensitive default headers to go to every subdomain of this origin's host.
    pub fn allow_subdomains_of(self, origin: impl AsRef<str>) -> Self {
        self.with_origin(origin.as_ref(), OriginAllowList::allow_subdomains_of)
    }

    /// Allows credentials over plain `http` to other machines. Default: only to this one. Anyone on the way can read
    /// them.
    pub fn allow_insecure_credentials(mut self, allowed: bool) -> Self {
        self.origins = self.origins.allow_insecure(allowed);
        self
    }

    fn with_origin(
        mut self,
        origin: &str,
        add: impl FnOnce(OriginAllowList, Origin) -> OriginAllowList,
    ) -> Self {
        match origin.parse() {
            Ok(origin) => self.origins = add(self.origins, origin),
            Err(error) => return self.fail(error),
        }
        self
    }
}

//! How a client's requests are authenticated.

use std::fmt;
use std::sync::Arc;

use auth_middleware::{
    ApiKey, AuthMiddleware, Basic, Bearer, BearerTokens, ClientCredentialsGrant, Custom, Grant,
    Revocation, TokenRefresher,
};
use http::HeaderName;
use refresh_queue::{RefreshQueue, RefreshQueueBuilder};
use request_context::{BoxError, Credential};
use reqwest::Request;
use token_store::{MemoryStore, SecretString, TokenStore};

use crate::{ClientBuilder, Session};

/// How a client's requests are authenticated, for [`ClientBuilder::auth`].
///
/// | | |
/// |---|---|
/// | [`oauth2`](Self::oauth2) | a user's session: tokens in a store, renewed by a grant |
/// | [`client_credentials`](Self::client_credentials) | a program that acts for itself |
/// | [`bearer`](Self::bearer) | tokens in a store that somebody else renews |
/// | [`bearer_token`](Self::bearer_token) | an access token that stays as it is |
/// | [`basic`](Self::basic) | a user and a password |
/// | [`api_key`](Self::api_key), [`api_key_in_query`](Self::api_key_in_query) | a key |
/// | [`signing`](Self::signing) | a signature over each request |
///
/// A queue of your own, over any credential, goes to [`ClientBuilder::session`]; many sessions to
/// [`ClientBuilder::sessions`]; any other credential to [`ClientBuilder::credential`].
#[must_use]
pub struct Auth(Kind);

enum Kind {
    Session(Box<Renewed>),
    Store(Arc<dyn TokenStore>),
    Fixed(Box<dyn FnOnce(ClientBuilder) -> ClientBuilder>),
}

/// A session whose tokens are renewed.
struct Renewed {
    store: Arc<dyn TokenStore>,
    refresher: TokenRefresher,
    queue: RefreshQueueBuilder<BearerTokens>,
    revocation: Option<Revocation>,
}

impl Auth {
    /// A user's session. Its tokens are in this store, and this grant renews them. [`Client::session`](crate::Client::session)
    /// signs in and out.
    ///
    /// Several processes can share a [`FileStore`](crate::FileStore): of all of them, one exchanges each refresh token.
    ///
    /// ```
    /// use facade::{Auth, Client, FileStore, RefreshTokenGrant, TokenEndpoint};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let endpoint = TokenEndpoint::builder("https://login.example.com/oauth/token", "my-cli").build()?;
    /// let store = FileStore::new("/home/ann/.config/my-cli/tokens.json");
    /// let client = Client::builder("https://api.example.com/v1")
    ///     .auth(Auth::oauth2(store, RefreshTokenGrant::new(endpoint)))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn oauth2(store: impl TokenStore, grant: impl Grant) -> Self {
        let store: Arc<dyn TokenStore> = Arc::new(store);
        let refresher = TokenRefresher::new(Arc::clone(&store), grant);
        Self(Kind::Session(Box::new(Renewed {
            store,
            queue: RefreshQueue::builder(refresher.clone()),
            refresher,
            revocation: None,
        })))
    }

    /// A program that acts for itself (RFC 6749 §4.4), with its tokens in memory. To share them among processes, give the grant
    /// and a store to [`oauth2`](Self::oauth2).
    ///
    /// ```
    /// use facade::{Auth, Client, ClientCredentialsGrant, TokenEndpoint};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let endpoint = TokenEndpoint::builder("https://login.example.com/oauth/token", "reports")
    ///     .client_secret("s3cret")
    ///     .build()?;
    /// let client = Client::builder("https://api.example.com/v1")
    ///     .auth(Auth::client_credentials(ClientCredentialsGrant::new(endpoint).scope("reports.read")))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn client_credentials(grant: ClientCredentialsGrant) -> Self {
        Self::oauth2(MemoryStore::new(), grant)
    }

    /// The access token in this store, looked up for each request: for tokens that somebody else renews. A refusal goes up as
    /// it is. Without tokens in the store, requests go out without a credential.
    pub fn bearer(store: impl TokenStore) -> Self {
        Self(Kind::Store(Arc::new(store)))
    }

    /// An access token that stays as it is (RFC 6750): a personal one, for example. Nothing renews it, and a refusal goes up as
    /// it is.
    ///
    /// ```
    /// use facade::{Auth, Client};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.github.com")
    ///     .auth(Auth::bearer_token("…"))
    ///     .user_agent("reports/1.0")
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn bearer_token(token: impl Into<SecretString>) -> Self {
        Self::fixed(Bearer::new(token))
    }

    /// A user and a password (RFC 7617).
    pub fn basic(user: impl AsRef<str>, password: impl Into<SecretString>) -> Self {
        Self::fixed(Basic::new(user, password))
    }

    /// A key in this header.
    ///
    /// ```
    /// use facade::{Auth, Client};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = Client::builder("https://api.example.com/v1")
    ///     .auth(Auth::api_key("x-api-key", "…"))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn api_key<N>(header: N, key: impl Into<SecretString>) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
    {
        Self::fixed(ApiKey::header(header, key))
    }

    /// A key in this parameter of the query. No text shows it.
    pub fn api_key_in_query(parameter: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self::credential(ApiKey::query(parameter, key))
    }

    /// A signature, or anything else that is made of each request, anew for each attempt. See [`Custom`].
    pub fn signing(
        sign: impl Fn(&mut Request) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self::credential(Custom::new(sign))
    }

    /// Sets limits of the refresh queue. It has no effect where nothing is renewed.
    ///
    /// ```
    /// # use facade::{Auth, MemoryStore, TokenSet, RefreshError};
    /// use std::time::Duration;
    ///
    /// # let grant = |_: Option<TokenSet>| async { Err(RefreshError::failed("down")) };
    /// let auth = Auth::oauth2(MemoryStore::new(), grant)
    ///     .queue(|queue| queue.max_waiters(100).timeout(Duration::from_secs(20)));
    /// ```
    pub fn queue(
        mut self,
        set: impl FnOnce(RefreshQueueBuilder<BearerTokens>) -> RefreshQueueBuilder<BearerTokens>,
    ) -> Self {
        if let Kind::Session(renewed) = self.0 {
            let queue = set(renewed.queue);
            self.0 = Kind::Session(Box::new(Renewed { queue, ..*renewed }));
        }
        self
    }

    /// Tells the server when [`Session::logout`] ends the session (RFC 7009). It has no effect where nothing is renewed.
    pub fn revoke_with(mut self, revocation: Revocation) -> Self {
        if let Kind::Session(renewed) = &mut self.0 {
            renewed.revocation = Some(revocation);
        }
        self
    }

    fn fixed<C: Credential + 'static>(
        credential: Result<C, impl std::error::Error + Send + Sync + 'static>,
    ) -> Self {
        match credential {
            Ok(credential) => Self::credential(credential),
            Err(error) => Self(Kind::Fixed(Box::new(|builder| builder.fail(error)))),
        }
    }

    fn credential(credential: impl Credential + 'static) -> Self {
        Self(Kind::Fixed(Box::new(|builder| {
            builder.credential(credential)
        })))
    }
}

impl ClientBuilder {
    /// Says how requests are authenticated. It takes the place of an earlier [`session`](Self::session),
    /// [`sessions`](Self::sessions) or [`credential`](Self::credential), and is the other way round replaced by one. What is
    /// wrong with it is reported by [`build`](Self::build).
    pub fn auth(mut self, auth: Auth) -> Self {
        match auth.0 {
            Kind::Session(renewed) => {
                let Renewed {
                    store,
                    refresher,
                    queue,
                    revocation,
                } = *renewed;
                let queue = queue.build();
                self = self.session(queue.clone());
                self.managed = Some(Session::new(queue, store, refresher, revocation));
                self
            }
            Kind::Store(store) => self.credential_layers(None, move |origins, _| {
                AuthMiddleware::from_store(store, origins.clone())
            }),
            Kind::Fixed(add) => add(self),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Session(_) => "Auth(session)",
            Kind::Store(_) => "Auth(store)",
            Kind::Fixed(_) => "Auth(fixed)",
        })
    }
}

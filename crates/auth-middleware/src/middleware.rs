//! Middleware that puts a credential on requests to allowed origins, and judges a 401.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::{Extensions, StatusCode};
use request_context::{
    BoxError, Call, Credential, CredentialUnavailable, Origin, OriginAllowList, Principal, Verdict,
    Version, Versioned,
};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use token_store::TokenStore;

use crate::Bearer;

/// Middleware that puts a credential on requests to allowed origins, and judges a 401.
///
/// Requests marked [`WithoutAuth`](request_context::WithoutAuth), requests with an `Authorization` header or the
/// credential's own header already set, and requests to other origins go through untouched. So does a request when
/// there is no credential.
///
/// What it judges, it leaves in the [`Call`] for the layers above: a 401 to a credential of ours means
/// [`Verdict::InvalidToken`], a 401 to anything else [`Verdict::NotOurs`].
#[derive(Clone)]
#[must_use]
pub struct AuthMiddleware {
    origins: OriginAllowList,
    source: Source,
}

#[derive(Clone)]
enum Source {
    HandedDown,
    Fixed(Versioned),
    Store(Arc<dyn TokenStore>),
}

impl AuthMiddleware {
    /// Puts on the credential that a layer above hands down, such as `refresh-queue`.
    pub fn handed_down(origins: impl Into<OriginAllowList>) -> Self {
        Self::with(Source::HandedDown, origins)
    }

    /// Puts on a credential that never changes.
    pub fn fixed(
        credential: impl Credential + 'static,
        origins: impl Into<OriginAllowList>,
    ) -> Self {
        let fixed = Versioned::new(Version::default(), None, Arc::new(credential));
        Self::with(Source::Fixed(fixed), origins)
    }

    /// Puts on the access token that the store holds at the moment of each request, as a bearer token.
    pub fn from_store(
        store: impl TokenStore + 'static,
        origins: impl Into<OriginAllowList>,
    ) -> Self {
        Self::with(Source::Store(Arc::new(store)), origins)
    }

    fn with(source: Source, origins: impl Into<OriginAllowList>) -> Self {
        Self {
            origins: origins.into(),
            source,
        }
    }

    async fn credential(&self, call: &Call) -> Result<Option<Versioned>> {
        match &self.source {
            Source::HandedDown => Ok(call.credential()),
            Source::Fixed(fixed) => Ok(Some(fixed.clone())),
            Source::Store(store) => load(&**store).await,
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for AuthMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.origins.admits(&request, extensions) {
            return pass(request, extensions, next).await;
        }
        let call = Call::of(extensions);
        let Some(credential) = self.credential(&call).await? else {
            return pass(request, extensions, next).await;
        };
        if is_set_already(&credential, &request) {
            return pass(request, extensions, next).await;
        }
        credential
            .apply(&mut request)
            .await
            .map_err(Error::middleware)?;
        call.set_sent_principal(credential.principal().cloned());

        let origin = Origin::of(request.url());
        let response = next.run(request, extensions).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // A redirect that reqwest followed has left the credential behind.
            let ours = origin.is_some_and(|origin| origin.matches(response.url()));
            call.judge(if ours {
                Verdict::InvalidToken
            } else {
                Verdict::NotOurs
            });
        }
        Ok(response)
    }
}

impl fmt::Debug for AuthMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthMiddleware")
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

/// Sends a request on that carries nothing of ours.
async fn pass(request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
    let response = next.run(request, extensions).await?;
    if response.status() == StatusCode::UNAUTHORIZED {
        Call::of(extensions).judge(Verdict::NotOurs);
    }
    Ok(response)
}

/// Whether the caller has set the credential's own header, such as an API key, by hand.
fn is_set_already(credential: &Versioned, request: &Request) -> bool {
    credential
        .header()
        .is_some_and(|(name, _)| request.headers().contains_key(name))
}

async fn load(store: &dyn TokenStore) -> Result<Option<Versioned>> {
    let Some(tokens) = store.load().await.map_err(unavailable)? else {
        return Ok(None);
    };
    let bearer = Bearer::new(tokens.access().clone()).map_err(unavailable)?;
    let principal = Principal::new(tokens.session().clone());
    Ok(Some(Versioned::new(
        Version::default(),
        Some(principal),
        Arc::new(bearer),
    )))
}

fn unavailable(source: impl Into<BoxError>) -> Error {
    Error::middleware(CredentialUnavailable::new(source))
}

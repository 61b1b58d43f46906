//! From options to a client.

use std::sync::Arc;

use auth_middleware::AuthMiddleware;
use request_context::{Origin, OriginAllowList};
use reqwest::redirect::Policy;
use reqwest_middleware::{ClientWithMiddleware, Middleware};
use safe_retry::HeadersTimeoutMiddleware;

use super::caching::settled;
use crate::base_url::BaseUrl;
use crate::call_options::Settled;
use crate::client::Shared;
use crate::concurrency_limit::ConcurrencyLimit;
use crate::limits::Limits;
use crate::order::{Layer, Layers};
use crate::{ApiError, Client, ClientBuilder, ErrorKind};

impl ClientBuilder {
    /// The client.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] of kind [`Builder`](crate::ErrorKind::Builder) when the base URL, an origin or a header is not
    /// valid, or when reqwest can't be set up, for example because the system has no certificates.
    pub fn build(self) -> Result<Client, ApiError> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let base_url = BaseUrl::parse(&self.base_url)?;
        let origin = Origin::of(base_url.url());
        let is_here = base_url.url().scheme() == "http"
            && origin
                .clone()
                .is_some_and(|origin| OriginAllowList::from(origin).allows(base_url.url()));
        let origins = match origin {
            Some(origin) => self.origins.allow(origin),
            None => self.origins,
        };

        let mut layers = self.layers;
        layers.add(Layer::Cancel, self.cancel);
        layers.add(Layer::ErrorMap, self.error_map.clone());
        if let Some(retry) = self.retry {
            layers.add(Layer::Retry, retry);
        }
        // What a credential may be shown to, a redirect may take it to.
        layers.add(Layer::Redirect, self.redirect.origins(origins.clone()));
        if let Some(ids) = self.request_id {
            layers.add(Layer::RequestId, ids);
        }
        if let Some(log) = self.log {
            layers.add(Layer::WireLog, log);
        }
        layers.add(Layer::HeadersTimeout, HeadersTimeoutMiddleware::default());
        if let Some(in_flight) = self.concurrency_limit {
            layers.add(Layer::ConcurrencyLimit, ConcurrencyLimit::new(in_flight));
        }

        let mut reqwest = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .pool_max_idle_per_host(self.max_idle_per_host)
            // A layer above follows them, which sees what a request carries.
            .redirect(Policy::none())
            .referer(false);
        if is_here {
            // A proxy would read what may go to this machine in the clear because it doesn't leave it.
            reqwest = reqwest.no_proxy();
        }
        if let Some(timeout) = self.read_timeout {
            reqwest = reqwest.read_timeout(timeout);
        }
        #[cfg(feature = "cookies")]
        if self.keeps_cookies {
            reqwest = reqwest.cookie_store(true);
        }
        for change in self.hooks {
            reqwest = change(reqwest);
        }
        let limits = Limits::of(&reqwest, self.read_timeout);
        let reqwest = reqwest
            .build()
            .map_err(|error| ApiError::with_source(ErrorKind::Builder, error))?;

        // Only what is configured is installed, so a request's own credential takes a chain of its own where there is none.
        let has_credential = self.credential_layers.is_some();
        let auth = match self.credential_layers {
            Some(credential) => credential(&origins, &mut layers),
            None => AuthMiddleware::handed_down(origins.clone()),
        };
        let mut with_auth = layers.clone();
        with_auth.add(Layer::Auth, auth.require_challenge(self.require_challenge));
        let mut layers = if has_credential {
            with_auth.clone()
        } else {
            layers
        };
        let cache = self.cache.map(|cache| {
            let (_, below) = chain(&reqwest, layers.below(Layer::Cache));
            let credential_origins = has_credential.then_some(&origins);
            settled(cache, credential_origins, self.keeps_cookies, below)
        });
        if let Some(cache) = &cache {
            layers.add(Layer::Cache, cache.clone());
            with_auth.add(Layer::Cache, cache.clone());
        }
        let (_, with_auth) = chain(&reqwest, with_auth);
        let (installed, chain) = chain(&reqwest, layers);
        let mut options = Settled::new(base_url).with(self.options)?;
        options.limits = limits;
        options.error_map = self.error_map;
        let shared = Shared {
            chain,
            with_auth,
            origins,
            session: self
                .managed
                .map(|session| session.with_cache(cache.clone())),
            rim: self.rim.filter(|_| cache.is_some()),
            cache,
            installed,
        };
        Ok(Client::new(shared, options))
    }
}

fn chain(reqwest: &reqwest::Client, layers: Layers) -> (Vec<Layer>, ClientWithMiddleware) {
    let (installed, stack): (Vec<_>, Vec<Arc<dyn Middleware>>) =
        layers.in_order().into_iter().unzip();
    (installed, ClientWithMiddleware::new(reqwest.clone(), stack))
}

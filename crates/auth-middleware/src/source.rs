//! Where the credential of a request comes from.

use std::sync::Arc;

use request_context::{BoxError, Call, CredentialUnavailable, Principal, Version, Versioned};
use reqwest_middleware::{Error, Result};
use token_store::TokenStore;

use crate::Bearer;

#[derive(Clone)]
pub(crate) enum Source {
    HandedDown,
    Fixed(Versioned),
    Store(Arc<dyn TokenStore>),
}

impl Source {
    pub(crate) async fn credential(&self, call: &Call) -> Result<Option<Versioned>> {
        match self {
            Self::HandedDown => Ok(call.credential()),
            Self::Fixed(fixed) => Ok(Some(fixed.clone())),
            // Boxed, since the others would pay for the size of this future too.
            Self::Store(store) => Box::pin(load(&**store)).await,
        }
    }
}

async fn load(store: &dyn TokenStore) -> Result<Option<Versioned>> {
    let Some(tokens) = store.load().await.map_err(unavailable)? else {
        return Ok(None);
    };
    let bearer = Bearer::of(&tokens).map_err(unavailable)?;
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

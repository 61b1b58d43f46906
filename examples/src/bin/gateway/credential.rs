//! The session: tokens in a file, renewed by the refresh grant.

use std::fs;

use facade::{Auth, FileStore, RefreshTokenGrant, TokenEndpoint, TokenStore};

use crate::arguments::Arguments;
use crate::start_error::StartError;
use crate::upstream::Upstream;

/// The session that the arguments name, if they do. Its tokens have to be there: better to be told now than at each call.
pub(crate) async fn of(
    arguments: &Arguments,
    upstream: &Upstream,
) -> Result<Option<Auth>, StartError> {
    let (Some(path), Some(url), Some(id)) = (
        &arguments.token_store,
        &arguments.token_url,
        &arguments.client_id,
    ) else {
        return Ok(None);
    };
    if !upstream.is_private() {
        return Err(StartError::InsecureUpstream);
    }
    let mut endpoint = TokenEndpoint::builder(url, id);
    if let Some(path) = &arguments.client_secret_file {
        let secret = fs::read_to_string(path).map_err(|source| StartError::ClientSecret {
            path: path.clone(),
            source,
        })?;
        endpoint = endpoint.client_secret(secret.trim_end());
    }
    let endpoint = endpoint.build().map_err(StartError::TokenUrl)?;
    let store = FileStore::new(path);
    match store.load().await {
        Ok(Some(_)) => Ok(Some(Auth::oauth2(store, RefreshTokenGrant::new(endpoint)))),
        Ok(None) => Err(StartError::NoTokens { path: path.clone() }),
        Err(error) => Err(StartError::Tokens(error)),
    }
}

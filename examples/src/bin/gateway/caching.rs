//! The cache, where one is asked for, and which requests it has no part in.

use facade::Cache;
use facade::private_cache::{DiskStore, OpenError};
use http::{HeaderMap, HeaderName};

use crate::arguments::Arguments;
use crate::start_error::StartError;

/// What the names of headers have in them that say who asks. A name that only looks like one costs an answer from the cache.
const CREDENTIALS: [&str; 19] = [
    "account",
    "assertion",
    "auth",
    "cookie",
    "credential",
    "email",
    "forwarded-user",
    "identity",
    "jwt",
    "key",
    "password",
    "principal",
    "remote-user",
    "secret",
    "session",
    "signature",
    "tenant",
    "token",
    "x-user",
];

/// Opens the cache, if there is to be one.
pub(crate) fn open(arguments: &Arguments) -> Result<Option<Cache>, StartError> {
    if !arguments.cache {
        return Ok(None);
    }
    let Some(folder) = &arguments.cache_dir else {
        return Ok(Some(Cache::in_memory()));
    };
    let store = DiskStore::open(folder).map_err(|error| match error {
        OpenError::InUse(_) => StartError::CacheInUse(folder.clone()),
        source => StartError::Cache {
            path: folder.clone(),
            source,
        },
    })?;
    Ok(Some(Cache::new(store)))
}

/// Marks what may be a credential of the caller's own: two callers may be two users, and the cache can't tell them apart.
pub(crate) fn mark_credentials(headers: &mut HeaderMap) {
    for (name, value) in headers {
        if is_credential(name) {
            value.set_sensitive(true);
        }
    }
}

fn is_credential(name: &HeaderName) -> bool {
    let name = name.as_str();
    CREDENTIALS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names() {
        for name in [
            "authorization",
            "x-api-key",
            "cookie",
            "x-auth-token",
            "private-token",
            "x-session-id",
            "apikey",
            "cf-access-jwt-assertion",
            "x-forwarded-user",
            "x-user-id",
            "x-tenant",
        ] {
            assert!(is_credential(&HeaderName::from_static(name)), "{name}");
        }
        for name in ["accept", "cache-control", "user-agent", "if-none-match"] {
            assert!(!is_credential(&HeaderName::from_static(name)), "{name}");
        }
    }
}

//! The cache, where one is asked for, and which requests it has no part in.

use facade::Cache;
use facade::private_cache::{DiskStore, OpenError};
use http::{HeaderMap, HeaderName};
use request_context::is_credential_name;

use crate::arguments::Arguments;
use crate::start_error::StartError;

/// What the names of headers have in them that say who asks, beside those that sound like a credential. A name that only looks
/// like one costs an answer from the cache.
const WHO_ASKS: [&str; 9] = [
    "account",
    "assertion",
    "email",
    "forwarded-user",
    "identity",
    "principal",
    "remote-user",
    "tenant",
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

/// Marks what may say who asks: two callers may be two users, and the cache can't tell them apart.
pub(crate) fn mark_who_asks(headers: &mut HeaderMap) {
    for (name, value) in headers {
        if says_who_asks(name) {
            value.set_sensitive(true);
        }
    }
}

fn says_who_asks(name: &HeaderName) -> bool {
    is_credential_name(name) || WHO_ASKS.iter().any(|part| name.as_str().contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_known_by_names() {
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
            assert!(says_who_asks(&HeaderName::from_static(name)), "{name}");
        }
        for name in ["accept", "cache-control", "user-agent", "if-none-match"] {
            assert!(!says_who_asks(&HeaderName::from_static(name)), "{name}");
        }
    }
}

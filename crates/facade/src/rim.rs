//! Who calls, as far as it is known before a request is sent.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use http::Extensions;
use request_context::Principal;
use reqwest::Request;

/// Names for whom a request is made.
pub(crate) type Rim = Arc<dyn Fn(&Request, &Extensions) -> Option<Principal> + Send + Sync>;

/// A principal that is nobody else: for a credential that never changes and doesn't say whose it is.
pub(crate) fn somebody() -> Principal {
    let random = || RandomState::new().hash_one(0);
    Principal::new(format!("{:016x}{:016x}", random(), random()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_is_somebody() {
        assert_ne!(somebody(), somebody());
    }
}

//! A token set that a refresh queue can renew.

use std::sync::Arc;
use std::time::SystemTime;

use refresh_queue::Renewable;
use request_context::{Credential, Principal};
use token_store::TokenSet;

use crate::{Bearer, InvalidToken};

/// A token set whose access token goes on requests, and which a refresh queue can renew.
///
/// Its principal is the session id of the token set: refreshes keep it, a login changes it. So a refresher makes its token
/// set with [`TokenSet::renewed`]. One from [`TokenSet::new`] is somebody's new login, and requests that were refused before
/// it end as [`SessionEnded`](request_context::SessionEnded): they must not go out for somebody else.
///
/// ```
/// use auth_middleware::BearerTokens;
/// use refresh_queue::{RefreshError, RefreshQueue};
/// use token_store::TokenSet;
///
/// # struct Grant { access_token: String, refresh_token: String }
/// # async fn exchange(_: &TokenSet) -> Result<Grant, std::io::Error> { unimplemented!() }
/// let queue = RefreshQueue::new(|stale: Option<BearerTokens>| async move {
///     let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
///     let grant = exchange(stale.tokens()).await.map_err(RefreshError::failed)?;
///     let tokens = stale.tokens().renewed(grant.access_token).refresh_token(grant.refresh_token);
///     BearerTokens::new(tokens).map_err(RefreshError::failed)
/// });
/// ```
#[derive(Clone, Debug)]
pub struct BearerTokens {
    tokens: TokenSet,
    bearer: Arc<Bearer>,
}

impl BearerTokens {
    /// Makes the credential of a token set.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when no header can carry the access token, or when its type is not `bearer`, in whatever case (RFC 6749
    /// §7.1).
    pub fn new(tokens: TokenSet) -> Result<Self, InvalidToken> {
        let bearer = Arc::new(Bearer::of(&tokens)?);
        Ok(Self { tokens, bearer })
    }

    /// The tokens, for example to exchange the refresh token among them.
    pub fn tokens(&self) -> &TokenSet {
        &self.tokens
    }
}

impl Renewable for BearerTokens {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::clone(&self.bearer) as Arc<dyn Credential>
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.tokens.expiry()
    }

    fn principal(&self) -> Option<Principal> {
        Some(Principal::new(self.tokens.session().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_principal_survives_a_refresh_and_changes_with_the_login() {
        let principal = |tokens: TokenSet| BearerTokens::new(tokens).unwrap().principal().unwrap();
        let first = TokenSet::new("a1");
        assert_eq!(principal(first.clone()), principal(first.renewed("a2")));
        assert_ne!(principal(first), principal(TokenSet::new("a1")));
    }

    #[test]
    fn a_token_of_another_type_is_no_bearer_token() {
        let of_type = |token_type| BearerTokens::new(TokenSet::new("a1").token_type(token_type));
        assert!(of_type("bearer").is_ok());
        assert!(of_type("BEARER").is_ok());
        for other in ["mac", "DPoP", "bearer "] {
            assert_eq!(of_type(other).unwrap_err(), InvalidToken::NotBearer);
        }
    }
}

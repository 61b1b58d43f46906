//! The grant `refresh_token` (RFC 6749 §6).

use std::time::Instant;

use super::token_endpoint::{GrantRequest, needed};
use super::token_error::TokenError;
use crate::demo_api::sessions::{RefreshRefused, Refreshed};
use crate::demo_api::tokens::{Issued, TokenPair};

pub(super) fn grant(request: &GrantRequest<'_>) -> Result<Issued, TokenError> {
    let presented = needed(
        request.parameters.refresh_token.as_ref(),
        "refresh_token is missing",
    )?;
    let client = request.client.map(|client| client.id);
    let (scope, fresh) = (request.scope()?, TokenPair::random()?);
    let outcome =
        request
            .shared
            .sessions()
            .refresh(presented, client, scope, fresh, Instant::now());
    let counters = &request.shared.counters;
    match outcome {
        Ok(Refreshed::Rotated(issued)) => {
            counters.refreshes.increment();
            Ok(issued)
        }
        Ok(Refreshed::Repeated(issued)) => {
            counters.refreshes_repeated.increment();
            Ok(issued)
        }
        Err(RefreshRefused::Unknown) => {
            counters.refreshes_rejected.increment();
            Err(TokenError::InvalidGrant(
                "the refresh token is unknown or was revoked",
            ))
        }
        Err(RefreshRefused::AnotherClient) => {
            counters.refreshes_rejected.increment();
            Err(TokenError::InvalidGrant(
                "the refresh token was issued to another client",
            ))
        }
        Err(RefreshRefused::Reused) => {
            counters.refreshes_rejected.increment();
            counters.reuse_detected.increment();
            counters.sessions_ended.increment();
            Err(TokenError::InvalidGrant(
                "the refresh token was used before; its session is revoked",
            ))
        }
        Err(RefreshRefused::ScopeExceeded) => Err(TokenError::InvalidScope),
    }
}

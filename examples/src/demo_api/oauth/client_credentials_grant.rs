//! The grant `client_credentials` (RFC 6749 §4.4): a client acts for itself.

use std::time::Instant;

use super::token_endpoint::GrantRequest;
use super::token_error::TokenError;
use crate::demo_api::grantee::Grantee;
use crate::demo_api::secret::Secret;
use crate::demo_api::tokens::Issued;

pub(super) fn grant(request: &GrantRequest<'_>) -> Result<Issued, TokenError> {
    let client = request.known_client()?;
    if !client.is_confidential {
        return Err(TokenError::UnauthorizedClient);
    }
    let grantee = Grantee {
        name: client.id.to_owned(),
        client: Some(client.id.to_owned()),
        scope: request.scope()?.unwrap_or_default(),
    };
    let access = Secret::random()?;
    let shared = request.shared;
    let issued = shared
        .sessions()
        .open_without_refresh(grantee, access, Instant::now());
    shared.counters.client_credentials_grants.increment();
    Ok(issued)
}

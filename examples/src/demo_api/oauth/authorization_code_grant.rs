//! The grant `authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.5).

use std::time::Instant;

use super::authorization_codes::{CodeRefused, Redemption};
use super::pkce::is_verifier;
use super::token_endpoint::{GrantRequest, needed};
use super::token_error::TokenError;
use crate::demo_api::tokens::{Issued, TokenPair};

pub(super) fn grant(request: &GrantRequest<'_>) -> Result<Issued, TokenError> {
    let client = request.known_client()?;
    let parameters = request.parameters;
    let redirect_uri = parameters.redirect_uri.as_deref();
    let presented = Redemption {
        code: needed(parameters.code.as_ref(), "code is missing")?,
        client: client.id,
        redirect_uri: redirect_uri.ok_or(TokenError::InvalidRequest("redirect_uri is missing"))?,
        verifier: needed(
            parameters.code_verifier.as_ref(),
            "code_verifier is missing",
        )?,
    };
    if !is_verifier(presented.verifier) {
        return Err(TokenError::InvalidRequest(
            "code_verifier is not 43 to 128 unreserved characters",
        ));
    }
    let fresh = TokenPair::random()?;
    let shared = request.shared;
    let outcome = {
        // Both at once, so that a code which comes again finds the session it has to end.
        let mut codes = shared.authorization_codes();
        codes.redeem(&presented, &mut shared.sessions(), fresh, Instant::now())
    };
    let counters = &shared.counters;
    let description = match outcome {
        Ok(issued) => {
            counters.code_grants.increment();
            return Ok(issued);
        }
        Err(CodeRefused::Reused { ended }) => {
            counters.code_reuse_detected.increment();
            counters.sessions_ended.add(u64::from(ended));
            "the code was used before; what it bought is revoked"
        }
        Err(CodeRefused::Unknown) => "the code is unknown",
        Err(CodeRefused::AnotherClient) => "the code was issued to another client",
        Err(CodeRefused::Expired) => "the code has expired",
        Err(CodeRefused::AnotherRedirectUri) => "the code was issued for another redirect_uri",
        Err(CodeRefused::WrongVerifier) => "the code_verifier is not that of the challenge",
    };
    counters.codes_rejected.increment();
    Err(TokenError::InvalidGrant(description))
}

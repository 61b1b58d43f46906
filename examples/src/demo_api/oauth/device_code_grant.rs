//! The grant of a device code (RFC 8628 §3.4): a device asks whether its user has decided.

use std::time::Instant;

use super::device_codes::PollRefused;
use super::token_endpoint::{GrantRequest, needed};
use super::token_error::TokenError;
use crate::demo_api::tokens::{Issued, TokenPair};

pub(super) fn grant(request: &GrantRequest<'_>) -> Result<Issued, TokenError> {
    let client = request.known_client()?;
    let device_code = needed(
        request.parameters.device_code.as_ref(),
        "device_code is missing",
    )?;
    let fresh = TokenPair::random()?;
    let (shared, now) = (request.shared, Instant::now());
    let counters = &shared.counters;
    let outcome = shared.device_codes().poll(device_code, client.id, now);
    match outcome {
        Ok(grantee) => {
            let (_, issued) = shared.sessions().open(grantee, fresh, now);
            counters.device_grants.increment();
            Ok(issued)
        }
        Err(PollRefused::Pending) => {
            counters.device_pending.increment();
            Err(TokenError::AuthorizationPending)
        }
        Err(PollRefused::SlowDown) => {
            counters.device_slow_downs.increment();
            Err(TokenError::SlowDown)
        }
        Err(PollRefused::Denied) => Err(TokenError::AccessDenied),
        Err(PollRefused::Expired) => Err(TokenError::ExpiredToken),
        Err(PollRefused::Unknown) => Err(TokenError::InvalidGrant(
            "the device code is unknown, used, or another client's",
        )),
    }
}

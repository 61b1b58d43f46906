//! Codes that a browser carries back to its client (RFC 6749 §4.1). Pure: time and fresh secrets come in as arguments.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::pkce::CodeChallenge;
use crate::demo_api::grantee::Grantee;
use crate::demo_api::scope::Scope;
use crate::demo_api::secret::Secret;
use crate::demo_api::sessions::{SessionId, Sessions};
use crate::demo_api::tokens::{Issued, TokenPair};

/// The codes issued. Spent ones are kept, to know them again.
#[derive(Debug)]
pub(crate) struct AuthorizationCodes {
    lifetime: Duration,
    codes: HashMap<Secret, Code>,
}

/// What a code was issued for.
#[derive(Debug)]
pub(super) struct Approval {
    pub(super) username: String,
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) scope: Scope,
    pub(super) challenge: CodeChallenge,
}

/// What a client presents to redeem a code.
#[derive(Debug)]
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    pub(super) client: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: &'a str,
}

/// Why a code buys nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeRefused {
    Unknown,
    /// It has bought tokens before.
    Reused {
        /// Their session was still open, and has just been ended.
        ended: bool,
    },
    AnotherClient,
    Expired,
    AnotherRedirectUri,
    WrongVerifier,
}

#[derive(Debug)]
struct Code {
    approval: Approval,
    issued: Instant,
    /// What it has bought.
    bought: Option<SessionId>,
}

impl AuthorizationCodes {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            codes: HashMap::new(),
        }
    }

    pub(super) fn issue(&mut self, code: Secret, approval: Approval, now: Instant) {
        let issued = Code {
            approval,
            issued: now,
            bought: None,
        };
        self.codes.insert(code, issued);
    }

    /// Opens a session for a code, once. A code that comes again ends that session, since one of the two who have it stole it
    /// (RFC 6749 §4.1.2). A request that is refused spends nothing.
    pub(super) fn redeem(
        &mut self,
        presented: &Redemption<'_>,
        sessions: &mut Sessions,
        fresh: TokenPair,
        now: Instant,
    ) -> Result<Issued, CodeRefused> {
        let code = self.codes.get_mut(presented.code);
        let code = code.ok_or(CodeRefused::Unknown)?;
        if let Some(session) = code.bought {
            let ended = sessions.revoke_session(session);
            return Err(CodeRefused::Reused { ended });
        }
        if now.saturating_duration_since(code.issued) >= self.lifetime {
            return Err(CodeRefused::Expired);
        }
        code.approval.admit(presented)?;
        let (session, issued) = sessions.open(code.approval.grantee(), fresh, now);
        code.bought = Some(session);
        Ok(issued)
    }
}

impl Approval {
    fn admit(&self, presented: &Redemption<'_>) -> Result<(), CodeRefused> {
        if presented.client != self.client {
            return Err(CodeRefused::AnotherClient);
        }
        if presented.redirect_uri != self.redirect_uri {
            return Err(CodeRefused::AnotherRedirectUri);
        }
        if !self.challenge.is_met_by(presented.verifier) {
            return Err(CodeRefused::WrongVerifier);
        }
        Ok(())
    }

    fn grantee(&self) -> Grantee {
        Grantee {
            name: self.username.clone(),
            client: Some(self.client.clone()),
            scope: self.scope,
        }
    }
}

#[cfg(test)]
mod tests;

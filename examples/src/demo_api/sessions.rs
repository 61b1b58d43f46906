//! Who is signed in: sessions, their access tokens, and their rotating refresh tokens.
//!
//! Pure: time and fresh tokens come in as arguments. A session ends by [`Sessions::revoke`], by [`Sessions::revoke_token`] or
//! when a spent refresh token comes back too late; then all its tokens are forgotten. Spent refresh tokens are kept as long as
//! their session, to know them again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::grantee::Grantee;
use super::scope::Scope;
use super::secret::Secret;
use super::tokens::{Issued, TokenPair};

mod outcome;

pub(super) use outcome::{AccessRefused, AnotherClient, RefreshRefused, Refreshed, Revoked};

/// The state of all sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    lifetime: Duration,
    leeway: Duration,
    opened: u64,
    open: HashMap<SessionId, Grantee>,
    access: HashMap<Secret, Access>,
    refresh: HashMap<Secret, Refresh>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SessionId(u64);

#[derive(Debug)]
struct Access {
    session: SessionId,
    scope: Scope,
    issued: Instant,
    lifetime: Duration,
}

#[derive(Debug)]
struct Refresh {
    session: SessionId,
    spent: Option<Spent>,
}

#[derive(Debug)]
struct Spent {
    at: Instant,
    successor: TokenPair,
    scope: Scope,
}

impl Sessions {
    pub(super) fn new(lifetime: Duration, leeway: Duration) -> Self {
        Self {
            lifetime,
            leeway,
            opened: 0,
            open: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    /// Opens a session with `fresh` as its first pair.
    pub(super) fn open(
        &mut self,
        grantee: Grantee,
        fresh: TokenPair,
        now: Instant,
    ) -> (SessionId, Issued) {
        let scope = grantee.scope;
        let session = self.enter(grantee);
        (session, self.issue(session, scope, fresh, now))
    }

    /// Opens a session that ends with its one access token (RFC 6749 §4.4.3).
    pub(super) fn open_without_refresh(
        &mut self,
        grantee: Grantee,
        access: Secret,
        now: Instant,
    ) -> Issued {
        let scope = grantee.scope;
        let session = self.enter(grantee);
        self.admit(session, scope, access.clone(), now);
        Issued {
            access,
            refresh: None,
            scope,
            expires_in: self.lifetime,
        }
    }

    /// Whose live access token this is, and what it may do.
    pub(super) fn holder(
        &self,
        access_token: &str,
        now: Instant,
    ) -> Result<(&str, Scope), AccessRefused> {
        let access = self.access.get(access_token);
        let access = access.ok_or(AccessRefused::Unknown)?;
        let grantee = self.open.get(&access.session);
        let grantee = grantee.ok_or(AccessRefused::Unknown)?;
        if access.remaining(now).is_zero() {
            return Err(AccessRefused::Expired);
        }
        Ok((&grantee.name, access.scope))
    }

    /// Spends a refresh token for `fresh` (RFC 6749 §6, rotating as in RFC 9700 §4.14.2).
    ///
    /// The access tokens issued before stay good until they expire. A narrower scope is that of the new access token, not of
    /// the session.
    pub(super) fn refresh(
        &mut self,
        refresh_token: &str,
        client: Option<&str>,
        scope: Option<Scope>,
        fresh: TokenPair,
        now: Instant,
    ) -> Result<Refreshed, RefreshRefused> {
        let presented = self.refresh.get_mut(refresh_token);
        let presented = presented.ok_or(RefreshRefused::Unknown)?;
        let session = presented.session;
        let grantee = self.open.get(&session);
        let grantee = grantee.ok_or(RefreshRefused::Unknown)?;
        if !grantee.is_open_to(client) {
            return Err(RefreshRefused::AnotherClient);
        }
        if let Some(spent) = &presented.spent {
            if now.saturating_duration_since(spent.at) >= self.leeway {
                self.end(|id, _| id == session);
                return Err(RefreshRefused::Reused);
            }
            let (successor, scope) = (spent.successor.clone(), spent.scope);
            return Ok(Refreshed::Repeated(self.again(successor, scope, now)));
        }
        let scope = scope.unwrap_or(grantee.scope);
        if !grantee.scope.covers(scope) {
            return Err(RefreshRefused::ScopeExceeded);
        }
        presented.spent = Some(Spent {
            at: now,
            successor: fresh.clone(),
            scope,
        });
        Ok(Refreshed::Rotated(self.issue(session, scope, fresh, now)))
    }

    /// Expires the access tokens of one user or of all, and counts those that were live. Refresh tokens stay good.
    pub(super) fn expire(&mut self, name: Option<&str>, now: Instant) -> usize {
        let open = &self.open;
        let theirs = |access: &Access| {
            let grantee = open.get(&access.session);
            name.is_none() || grantee.map(|grantee| grantee.name.as_str()) == name
        };
        let mut expired = 0;
        for access in self.access.values_mut().filter(|access| theirs(access)) {
            expired += usize::from(!access.remaining(now).is_zero());
            access.lifetime = Duration::ZERO;
        }
        expired
    }

    /// Ends the sessions of one user or of all, and counts them. All their tokens are refused from now on.
    pub(super) fn revoke(&mut self, name: Option<&str>) -> usize {
        self.end(|_, grantee| name.is_none_or(|name| name == grantee.name))
    }

    /// Ends one session, and tells whether it was still open.
    pub(super) fn revoke_session(&mut self, session: SessionId) -> bool {
        self.end(|id, _| id == session) == 1
    }

    /// Revokes one token (RFC 7009 §2.1): a refresh token ends its session, an access token ends alone.
    pub(super) fn revoke_token(
        &mut self,
        token: &str,
        client: Option<&str>,
    ) -> Result<Revoked, AnotherClient> {
        let refresh = self.refresh.get(token).map(|refresh| refresh.session);
        let access = self.access.get(token).map(|access| access.session);
        let Some(session) = refresh.or(access) else {
            return Ok(Revoked::Nothing);
        };
        let grantee = self.open.get(&session);
        if !grantee.is_some_and(|grantee| grantee.is_open_to(client)) {
            return Err(AnotherClient);
        }
        if refresh.is_some() {
            self.revoke_session(session);
            return Ok(Revoked::Session);
        }
        self.access.remove(token);
        Ok(Revoked::AccessToken)
    }

    fn enter(&mut self, grantee: Grantee) -> SessionId {
        self.opened += 1;
        let session = SessionId(self.opened);
        self.open.insert(session, grantee);
        session
    }

    fn admit(&mut self, session: SessionId, scope: Scope, access: Secret, now: Instant) {
        let admitted = Access {
            session,
            scope,
            issued: now,
            lifetime: self.lifetime,
        };
        self.access.insert(access, admitted);
    }

    fn issue(&mut self, session: SessionId, scope: Scope, pair: TokenPair, now: Instant) -> Issued {
        self.admit(session, scope, pair.access.clone(), now);
        let unspent = Refresh {
            session,
            spent: None,
        };
        self.refresh.insert(pair.refresh.clone(), unspent);
        self.again(pair, scope, now)
    }

    /// A pair that was issued before, as it is now. Its access token may have been revoked meanwhile: then no time is left.
    /// A pair as it is now. When its access token was revoked, no time is left.
    fn again(&self, pair: TokenPair, scope: Scope, now: Instant) -> Issued {
        let access = self.access.get(&pair.access);
        Issued {
            scope,
            expires_in: access.map_or(Duration::ZERO, |access| access.remaining(now)),
            access: pair.access,
            refresh: Some(pair.refresh),
        }
    }

    fn end(&mut self, ends: impl Fn(SessionId, &Grantee) -> bool) -> usize {
        let before = self.open.len();
        self.open.retain(|id, grantee| !ends(*id, grantee));
        self.access
            .retain(|_, access| self.open.contains_key(&access.session));
        self.refresh
            .retain(|_, refresh| self.open.contains_key(&refresh.session));
        before - self.open.len()
    }
}

impl Access {
    fn remaining(&self, now: Instant) -> Duration {
        self.lifetime
            .saturating_sub(now.saturating_duration_since(self.issued))
    }
}

#[cfg(test)]
mod tests;

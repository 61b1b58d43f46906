//! Who is logged in: sessions, their access tokens, and their rotating refresh tokens.
//!
//! Pure: time and fresh tokens come in as arguments. A session ends by [`Sessions::revoke`] or when a spent refresh token comes
//! back too late; then all its tokens are forgotten. Spent refresh tokens are kept as long as their session, to know them again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::secret::Secret;

/// The state of all sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    passwords: HashMap<String, Secret>,
    lifetime: Duration,
    leeway: Duration,
    opened: u64,
    users: HashMap<SessionId, String>,
    access: HashMap<Secret, Access>,
    refresh: HashMap<Secret, Refresh>,
}

/// An access token and the refresh token handed out with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenPair {
    pub(super) access: Secret,
    pub(super) refresh: Secret,
}

/// A pair as a client gets it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Issued {
    pub(super) pair: TokenPair,
    /// How long the access token still lives.
    pub(super) expires_in: Duration,
}

/// How a refresh went well.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refreshed {
    /// The presented token is spent now; this is its successor.
    Rotated(Issued),
    /// The presented token was spent within the leeway: the same successor again.
    Repeated(Issued),
}

/// Why a refresh was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshRefused {
    /// Never issued, or its session is over.
    Unknown,
    /// Spent before, beyond the leeway. Its session has just been revoked.
    Reused,
}

/// Why an access token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessRefused {
    /// Never issued, or its session is over.
    Unknown,
    Expired,
}

type SessionId = u64;

#[derive(Debug)]
struct Access {
    session: SessionId,
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
}

impl Sessions {
    pub(super) fn new(
        passwords: HashMap<String, Secret>,
        lifetime: Duration,
        leeway: Duration,
    ) -> Self {
        Self {
            passwords,
            lifetime,
            leeway,
            opened: 0,
            users: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    /// Opens a session with `fresh` as its first pair, or answers `None` for a wrong username or password.
    pub(super) fn log_in(
        &mut self,
        username: &str,
        password: &Secret,
        fresh: TokenPair,
        now: Instant,
    ) -> Option<Issued> {
        if self.passwords.get(username) != Some(password) {
            return None;
        }
        self.opened += 1;
        self.users.insert(self.opened, username.to_owned());
        Some(self.issue(self.opened, fresh, now))
    }

    /// The user whose live access token this is.
    pub(super) fn user(&self, access_token: &str, now: Instant) -> Result<&str, AccessRefused> {
        let access = self
            .access
            .get(access_token)
            .ok_or(AccessRefused::Unknown)?;
        let user = self
            .users
            .get(&access.session)
            .ok_or(AccessRefused::Unknown)?;
        if access.remaining(now).is_zero() {
            return Err(AccessRefused::Expired);
        }
        Ok(user)
    }

    /// Spends a refresh token for `fresh` (RFC 6749 §6, rotating as in RFC 9700 §4.14.2).
    ///
    /// The access tokens issued before stay good until they expire.
    pub(super) fn refresh(
        &mut self,
        refresh_token: &str,
        fresh: TokenPair,
        now: Instant,
    ) -> Result<Refreshed, RefreshRefused> {
        let presented = self
            .refresh
            .get_mut(refresh_token)
            .ok_or(RefreshRefused::Unknown)?;
        let session = presented.session;
        let Some(spent) = &presented.spent else {
            presented.spent = Some(Spent {
                at: now,
                successor: fresh.clone(),
            });
            return Ok(Refreshed::Rotated(self.issue(session, fresh, now)));
        };
        if now.saturating_duration_since(spent.at) >= self.leeway {
            self.end(|id, _| id == session);
            return Err(RefreshRefused::Reused);
        }
        let pair = spent.successor.clone();
        let expires_in = self
            .access
            .get(&pair.access)
            .map_or(Duration::ZERO, |access| access.remaining(now));
        Ok(Refreshed::Repeated(Issued { pair, expires_in }))
    }

    /// Expires the access tokens of one user or of all, and counts those that were live. Refresh tokens stay good.
    pub(super) fn expire(&mut self, username: Option<&str>, now: Instant) -> usize {
        let users = &self.users;
        let theirs = |access: &Access| {
            username.is_none() || users.get(&access.session).map(String::as_str) == username
        };
        let mut expired = 0;
        for access in self.access.values_mut().filter(|access| theirs(access)) {
            expired += usize::from(!access.remaining(now).is_zero());
            access.lifetime = Duration::ZERO;
        }
        expired
    }

    /// Ends the sessions of one user or of all, and counts them. All their tokens are refused from now on.
    pub(super) fn revoke(&mut self, username: Option<&str>) -> usize {
        self.end(|_, user| username.is_none_or(|username| username == user))
    }

    fn issue(&mut self, session: SessionId, pair: TokenPair, now: Instant) -> Issued {
        self.access.insert(
            pair.access.clone(),
            Access {
                session,
                issued: now,
                lifetime: self.lifetime,
            },
        );
        self.refresh.insert(
            pair.refresh.clone(),
            Refresh {
                session,
                spent: None,
            },
        );
        Issued {
            pair,
            expires_in: self.lifetime,
        }
    }

    fn end(&mut self, ends: impl Fn(SessionId, &str) -> bool) -> usize {
        let before = self.users.len();
        self.users.retain(|id, user| !ends(*id, user));
        self.access
            .retain(|_, access| self.users.contains_key(&access.session));
        self.refresh
            .retain(|_, refresh| self.users.contains_key(&refresh.session));
        before - self.users.len()
    }
}

impl Access {
    fn remaining(&self, now: Instant) -> Duration {
        self.lifetime
            .saturating_sub(now.saturating_duration_since(self.issued))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(60);
    const LEEWAY: Duration = Duration::from_secs(10);

    fn pair(n: u32) -> TokenPair {
        TokenPair {
            access: Secret::new(format!("access-{n}")),
            refresh: Secret::new(format!("refresh-{n}")),
        }
    }

    fn issued(n: u32) -> Issued {
        Issued {
            pair: pair(n),
            expires_in: LIFETIME,
        }
    }

    fn sessions(leeway: Duration) -> Sessions {
        let passwords = [("ada", "lovelace"), ("grace", "hopper")];
        let passwords = passwords.map(|(user, password)| (user.to_owned(), Secret::new(password)));
        Sessions::new(passwords.into(), LIFETIME, leeway)
    }

    /// Sessions in which ada holds pair 1.
    fn with_ada(leeway: Duration, now: Instant) -> Sessions {
        let mut sessions = sessions(leeway);
        assert_eq!(
            sessions.log_in("ada", &Secret::new("lovelace"), pair(1), now),
            Some(issued(1))
        );
        sessions
    }

    #[test]
    fn a_wrong_password_or_user_opens_nothing() {
        let now = Instant::now();
        let mut sessions = sessions(LEEWAY);
        assert_eq!(
            sessions.log_in("ada", &Secret::new("hopper"), pair(1), now),
            None
        );
        assert_eq!(
            sessions.log_in("alan", &Secret::new("lovelace"), pair(1), now),
            None
        );
        assert_eq!(sessions.user("access-1", now), Err(AccessRefused::Unknown));
        assert_eq!(
            sessions.refresh("refresh-1", pair(2), now),
            Err(RefreshRefused::Unknown)
        );
    }

    #[test]
    fn an_access_token_is_good_until_its_lifetime_is_over() {
        let now = Instant::now();
        let sessions = with_ada(LEEWAY, now);
        assert_eq!(
            sessions.user(
                "access-1",
                now + LIFETIME.saturating_sub(Duration::from_nanos(1))
            ),
            Ok("ada")
        );
        assert_eq!(
            sessions.user("access-1", now + LIFETIME),
            Err(AccessRefused::Expired)
        );
        assert_eq!(sessions.user("refresh-1", now), Err(AccessRefused::Unknown));
    }

    #[test]
    fn a_refresh_rotates_both_tokens_and_leaves_the_old_access_token_alone() {
        let now = Instant::now();
        let mut sessions = with_ada(Duration::ZERO, now);
        assert_eq!(
            sessions.refresh("refresh-1", pair(2), now),
            Ok(Refreshed::Rotated(issued(2)))
        );
        assert_eq!(
            sessions.refresh("refresh-2", pair(3), now),
            Ok(Refreshed::Rotated(issued(3)))
        );
        for access in ["access-1", "access-2", "access-3"] {
            assert_eq!(sessions.user(access, now), Ok("ada"));
        }
    }

    #[test]
    fn an_expired_access_token_does_not_hinder_the_refresh() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert_eq!(
            sessions.refresh("refresh-1", pair(2), now + LIFETIME * 100),
            Ok(Refreshed::Rotated(issued(2)))
        );
    }

    #[test]
    fn reuse_revokes_the_whole_session_and_no_other() {
        let now = Instant::now();
        let mut sessions = with_ada(Duration::ZERO, now);
        assert!(
            sessions
                .log_in("ada", &Secret::new("lovelace"), pair(9), now)
                .is_some()
        );
        assert!(sessions.refresh("refresh-1", pair(2), now).is_ok());
        assert_eq!(
            sessions.refresh("refresh-1", pair(3), now),
            Err(RefreshRefused::Reused)
        );

        assert_eq!(
            sessions.refresh("refresh-2", pair(4), now),
            Err(RefreshRefused::Unknown)
        );
        assert_eq!(
            sessions.refresh("refresh-1", pair(4), now),
            Err(RefreshRefused::Unknown)
        );
        for access in ["access-1", "access-2", "access-3"] {
            assert_eq!(sessions.user(access, now), Err(AccessRefused::Unknown));
        }
        assert_eq!(sessions.user("access-9", now), Ok("ada"));
        assert_eq!(
            sessions.refresh("refresh-9", pair(5), now),
            Ok(Refreshed::Rotated(issued(5)))
        );
    }

    #[test]
    fn reuse_within_the_leeway_gives_the_same_successor_and_its_true_remaining_time() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert!(sessions.refresh("refresh-1", pair(2), now).is_ok());
        // The successor has been spent itself: the predecessor's leeway still runs.
        assert!(sessions.refresh("refresh-2", pair(3), now).is_ok());

        let later = Duration::from_secs(4);
        let repeated = Refreshed::Repeated(Issued {
            pair: pair(2),
            expires_in: LIFETIME.saturating_sub(later),
        });
        assert_eq!(
            sessions.refresh("refresh-1", pair(4), now + later),
            Ok(repeated)
        );
        assert_eq!(sessions.user("access-4", now), Err(AccessRefused::Unknown));
    }

    #[test]
    fn the_leeway_counts_from_the_first_use_and_ends() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert!(sessions.refresh("refresh-1", pair(2), now).is_ok());
        assert!(
            sessions
                .refresh(
                    "refresh-1",
                    pair(3),
                    now + LEEWAY.saturating_sub(Duration::from_nanos(1))
                )
                .is_ok()
        );
        assert_eq!(
            sessions.refresh("refresh-1", pair(4), now + LEEWAY),
            Err(RefreshRefused::Reused)
        );
        assert_eq!(
            sessions.user("access-2", now + LEEWAY),
            Err(AccessRefused::Unknown)
        );
    }

    #[test]
    fn a_successor_that_was_expired_is_repeated_with_no_time_left() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert!(sessions.refresh("refresh-1", pair(2), now).is_ok());
        assert_eq!(sessions.expire(None, now), 2);
        let repeated = Refreshed::Repeated(Issued {
            pair: pair(2),
            expires_in: Duration::ZERO,
        });
        assert_eq!(sessions.refresh("refresh-1", pair(3), now), Ok(repeated));
    }

    #[test]
    fn expire_ends_access_tokens_of_one_user_and_keeps_refresh_tokens() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert!(
            sessions
                .log_in("grace", &Secret::new("hopper"), pair(9), now)
                .is_some()
        );
        assert_eq!(sessions.expire(Some("ada"), now), 1);
        assert_eq!(sessions.expire(Some("ada"), now), 0);
        assert_eq!(sessions.expire(Some("nobody"), now), 0);
        assert_eq!(sessions.user("access-1", now), Err(AccessRefused::Expired));
        assert_eq!(sessions.user("access-9", now), Ok("grace"));
        assert_eq!(
            sessions.refresh("refresh-1", pair(2), now),
            Ok(Refreshed::Rotated(issued(2)))
        );
        assert_eq!(sessions.user("access-2", now), Ok("ada"));
    }

    #[test]
    fn revoke_ends_the_sessions_of_one_user_or_of_all() {
        let now = Instant::now();
        let mut sessions = with_ada(LEEWAY, now);
        assert!(
            sessions
                .log_in("grace", &Secret::new("hopper"), pair(9), now)
                .is_some()
        );
        assert_eq!(sessions.revoke(Some("ada")), 1);
        assert_eq!(sessions.user("access-1", now), Err(AccessRefused::Unknown));
        assert_eq!(
            sessions.refresh("refresh-1", pair(2), now),
            Err(RefreshRefused::Unknown)
        );
        assert_eq!(sessions.user("access-9", now), Ok("grace"));

        assert!(
            sessions
                .log_in("ada", &Secret::new("lovelace"), pair(3), now)
                .is_some()
        );
        assert_eq!(sessions.revoke(None), 2);
        assert_eq!(sessions.user("access-9", now), Err(AccessRefused::Unknown));
    }

    #[test]
    fn the_longest_lifetime_does_not_overflow() {
        let now = Instant::now();
        let mut sessions = Sessions::new(
            [("ada".to_owned(), Secret::new("x"))].into(),
            Duration::MAX,
            Duration::MAX,
        );
        assert!(
            sessions
                .log_in("ada", &Secret::new("x"), pair(1), now)
                .is_some()
        );
        assert_eq!(sessions.user("access-1", now + LIFETIME), Ok("ada"));
        assert!(sessions.refresh("refresh-1", pair(2), now).is_ok());
        assert!(
            sessions
                .refresh("refresh-1", pair(3), now + LIFETIME)
                .is_ok()
        );
    }
}

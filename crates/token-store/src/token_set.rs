//! The tokens of one session.

use std::time::SystemTime;

use secrecy::SecretString;

use crate::SessionId;

/// The tokens of one session, as a token endpoint hands them out (RFC 6749 §5.1).
///
/// Its `Debug` shows no token.
#[derive(Clone, Debug)]
pub struct TokenSet {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_at: Option<SystemTime>,
    session: SessionId,
}

impl TokenSet {
    /// The tokens of a new sign-in, with a session id of their own.
    pub fn new(access_token: impl Into<SecretString>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            expires_at: None,
            session: SessionId::random(),
        }
    }

    /// The tokens that a refresh brought: the session goes on, and so does the refresh token unless a new one is
    /// set (RFC 6749 §6).
    #[must_use]
    pub fn renewed(&self, access_token: impl Into<SecretString>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: self.refresh_token.clone(),
            expires_at: None,
            session: self.session.clone(),
        }
    }

    /// Sets the refresh token.
    #[must_use]
    pub fn refresh_token(mut self, token: impl Into<SecretString>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// Sets when the access token expires.
    #[must_use]
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// The token that goes with each request.
    pub fn access(&self) -> &SecretString {
        &self.access_token
    }

    /// The token that buys the next access token, if there is one.
    pub fn refresh(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }

    /// When the access token expires, if that is known.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Which sign-in these tokens descend from.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Whether the access token has expired by now; one without a known expiry never has.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn debug_shows_no_token() {
        let tokens = TokenSet::new("access-hunter2").refresh_token("refresh-hunter2");
        assert!(!format!("{tokens:?}").contains("hunter2"));
    }

    #[test]
    fn a_refresh_keeps_the_session_and_the_refresh_token_it_was_not_given_anew() {
        let first = TokenSet::new("a1").refresh_token("r1");
        let kept = first.renewed("a2");
        assert_eq!(kept.session(), first.session());
        assert_eq!(kept.refresh().unwrap().expose_secret(), "r1");

        let rotated = first.renewed("a2").refresh_token("r2");
        assert_eq!(rotated.refresh().unwrap().expose_secret(), "r2");
    }

    #[test]
    fn a_login_begins_another_session() {
        assert_ne!(TokenSet::new("a").session(), TokenSet::new("a").session());
    }

    #[test]
    fn a_token_expires_at_its_instant() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let tokens = TokenSet::new("a").expires_at(at);
        assert!(!tokens.is_expired(at - Duration::from_nanos(1)));
        assert!(tokens.is_expired(at));
        assert!(!TokenSet::new("a").is_expired(at));
    }
}

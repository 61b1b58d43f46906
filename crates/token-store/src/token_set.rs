//! The tokens of one session.

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::json;
use crate::members::Members;
use crate::{InvalidTokens, SessionId, StoreError};

/// The tokens of one session, as a token endpoint hands them out (RFC 6749 §5.1).
///
/// Its `Debug` shows no token. It can't be serialized: what keeps tokens does so through
/// [`StoredTokens`](crate::StoredTokens).
#[derive(Clone)]
pub struct TokenSet {
    pub(crate) access_token: SecretString,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) token_type: String,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) scope: Option<String>,
    pub(crate) members: Members,
    pub(crate) session: SessionId,
}

impl TokenSet {
    /// The tokens of a new sign-in, with a session id of their own.
    pub fn new(access_token: impl Into<SecretString>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            token_type: bearer(),
            expires_at: None,
            scope: None,
            members: Members::default(),
            session: SessionId::random(),
        }
    }

    /// Reads what a token endpoint answered at this moment: the tokens of a new sign-in. `expires_in` counts from then.
    ///
    /// It is lenient where servers are sloppy: numbers may be in quotes, the scope may be a list, and a missing
    /// `token_type` is `Bearer`. Members it does not know are kept.
    ///
    /// # Errors
    ///
    /// [`InvalidTokens`] when it is no such answer. It shows nothing of it.
    pub fn from_json(json: &[u8], issued_at: SystemTime) -> Result<Self, InvalidTokens> {
        json::parse_answer(json, issued_at)
    }

    /// The tokens that a refresh brought: the session goes on, and so does the refresh token unless a new one is
    /// set (RFC 6749 §6).
    #[must_use]
    pub fn renewed(&self, access_token: impl Into<SecretString>) -> Self {
        self.succeeded_by(Self::new(access_token))
    }

    /// What the session has after a refresh that was answered with these: they take the place of the former ones, and
    /// what the answer leaves out goes on, the refresh token (RFC 6749 §6), the scope (§5.1) and the session among it.
    #[must_use]
    pub fn succeeded_by(&self, answer: Self) -> Self {
        Self {
            refresh_token: answer.refresh_token.or_else(|| self.refresh_token.clone()),
            scope: answer.scope.or_else(|| self.scope.clone()),
            members: self.members.succeeded_by(answer.members),
            session: self.session.clone(),
            ..answer
        }
    }

    /// Sets the refresh token. An empty one is none.
    #[must_use]
    pub fn refresh_token(mut self, token: impl Into<SecretString>) -> Self {
        self.refresh_token = Some(token.into()).filter(|token| !token.expose_secret().is_empty());
        self
    }

    /// Sets when the access token expires.
    #[must_use]
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the token type. Default: `Bearer`, and so is an empty one.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into())
            .filter(|token_type| !token_type.is_empty())
            .unwrap_or_else(bearer);
        self
    }

    /// Sets the scopes granted, separated by spaces (RFC 6749 §3.3).
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets which sign-in the tokens descend from. Default: one of their own, and so is an empty one.
    #[must_use]
    pub fn in_session(mut self, session: impl Into<SessionId>) -> Self {
        self.session = session.into();
        self
    }

    /// Sets a further member, as token endpoints answer some: an `id_token` for example. No `Debug` shows it.
    ///
    /// The members that have a setter of their own, such as `scope`, are left as they are.
    #[must_use]
    pub fn with_member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
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

    /// The token type: how the access token goes on a request.
    pub fn scheme(&self) -> &str {
        &self.token_type
    }

    /// The scopes granted; none if the answers told none.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.iter().flat_map(|scope| scope.split_whitespace())
    }

    /// A further member of the endpoint's answer, as plain JSON.
    ///
    /// It may be a secret, such as an `id_token`. Unlike the tokens it is in no [`SecretString`]: its `Debug` shows it, and
    /// its memory is not wiped. Put what you take out into one.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.value(name)
    }

    /// Which sign-in these tokens descend from.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Refuses tokens that no load would take.
    pub(crate) fn must_be_usable(&self) -> Result<(), StoreError> {
        if self.access_token.expose_secret().is_empty() {
            return Err(StoreError::failed(InvalidTokens::Member("access_token")));
        }
        Ok(())
    }

    /// Whether the access token has expired by now; one without a known expiry never has.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_within(now, Duration::ZERO)
    }

    /// Whether the access token has expired by now, or will have this much later: for clocks that differ, and for
    /// requests that take a while.
    pub fn expires_within(&self, now: SystemTime, leeway: Duration) -> bool {
        let Some(at) = self.expires_at else {
            return false;
        };
        now.checked_add(leeway).is_none_or(|by| at <= by)
    }
}

fn bearer() -> String {
    "Bearer".to_owned()
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("session", &self.session)
            .field("expires_at", &self.expires_at)
            .field("has_refresh_token", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
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
    fn what_is_empty_is_none() {
        let tokens = TokenSet::new("a1")
            .refresh_token("")
            .token_type("")
            .in_session("");
        assert!(tokens.refresh().is_none());
        assert_eq!(tokens.scheme(), "Bearer");
        assert!(!tokens.session().as_str().is_empty());
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

//! Which sign-in a token set descends from.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Which sign-in a token set descends from. It survives refreshes and changes with every login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(Arc<str>);

impl SessionId {
    /// A new, random one: for a login that has just succeeded.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string().into())
    }

    /// The one of a sign-in that nobody has named, by a token of it. It shows nothing of the token.
    pub(crate) fn derived(token: &SecretString) -> Self {
        let hash = Sha256::new_with_prefix("session of ").chain_update(token.expose_secret());
        let hex = hash.finalize()[..16]
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Self(hex.into())
    }

    /// The id as text. It is never empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An empty text is no id: a new, random one takes its place.
impl From<&str> for SessionId {
    fn from(id: &str) -> Self {
        if id.is_empty() {
            return Self::random();
        }
        Self(id.into())
    }
}

impl From<SessionId> for Arc<str> {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_has_another_id() {
        assert_ne!(SessionId::random(), SessionId::random());
        assert_eq!(SessionId::random().as_str().len(), 32);
    }

    #[test]
    fn an_empty_text_is_no_id() {
        assert_eq!(SessionId::from("").as_str().len(), 32);
        assert_ne!(SessionId::from(""), SessionId::from(""));
        assert_eq!(SessionId::from("s1").as_str(), "s1");
    }

    #[test]
    fn a_derived_id_is_one_for_each_token_and_neither_it_nor_its_plain_hash() {
        let derived = |token: &str| SessionId::derived(&token.into());
        assert_eq!(derived("r1"), derived("r1"));
        assert_ne!(derived("r1"), derived("r2"));
        assert_eq!(derived("r1").as_str().len(), 32);
        let mark = crate::RefreshMark::of(&crate::TokenSet::new("a1").refresh_token("r1"));
        assert!(!mark.unwrap().sha256().contains(derived("r1").as_str()));
    }
}

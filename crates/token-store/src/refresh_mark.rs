//! The note that a refresh is under way.

use std::fmt;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::TokenSet;

/// The note that a refresh token is about to be sent, written before it is and removed by the save of what it bought. It
/// names the token by its SHA-256, and shows nothing of it.
///
/// One that is found under the lock was left by a crash, or by an exchange whose answer never came: the token may be spent.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshMark {
    refresh_token_sha256: String,
}

impl RefreshMark {
    /// The mark of this token set's refresh token; none if it has no such token.
    pub fn of(tokens: &TokenSet) -> Option<Self> {
        let token = tokens.refresh()?.expose_secret();
        let hash = Sha256::digest(token.as_bytes());
        Some(Self {
            refresh_token_sha256: hash
                .iter()
                .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")),
        })
    }

    /// Whether it was left for the refresh token of this token set. One for another token says nothing any more.
    pub fn is_of(&self, tokens: &TokenSet) -> bool {
        Self::of(tokens).as_ref() == Some(self)
    }

    pub(crate) fn from_sha256(refresh_token_sha256: String) -> Self {
        Self {
            refresh_token_sha256,
        }
    }

    pub(crate) fn sha256(&self) -> &str {
        &self.refresh_token_sha256
    }
}

impl fmt::Debug for RefreshMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshMark(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_refresh_token() {
        let first = TokenSet::new("a1").refresh_token("r1");
        let mark = RefreshMark::of(&first).unwrap();
        assert!(mark.is_of(&first));
        assert!(mark.is_of(&TokenSet::new("a2").refresh_token("r1")));
        assert!(!mark.is_of(&TokenSet::new("a1").refresh_token("r2")));
        assert!(!mark.is_of(&TokenSet::new("a1")));
        assert_eq!(RefreshMark::of(&TokenSet::new("a1")), None);
        assert_eq!(mark.sha256().len(), 64);
    }
}

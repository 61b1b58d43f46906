//! A string that is compared and sent, and never shown: tokens and passwords.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 256 bits from the operating system, in hex: opaque, and past guessing (RFC 6749 §10.10).
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let (a, b, c, d) = (
            getrandom::u64()?,
            getrandom::u64()?,
            getrandom::u64()?,
            getrandom::u64()?,
        );
        Ok(Self(format!("{a:016x}{b:016x}{c:016x}{d:016x}")))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Lets maps with secrets as keys be asked with what arrived on the wire.
impl Borrow<str> for Secret {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_random_secrets_differ_and_have_64_digits() {
        let (one, two) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), 64);
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }
}

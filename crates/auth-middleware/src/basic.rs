//! A user and a password as a credential.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use request_context::Credential;
use secrecy::{ExposeSecret, SecretString};

/// A user and a password (RFC 7617), in UTF-8. The header is built once and marked sensitive.
///
/// ```
/// use auth_middleware::{AuthMiddleware, Basic};
/// use request_context::Origin;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let origin: Origin = "https://api.example.com".parse()?;
/// let auth = AuthMiddleware::fixed(Basic::new("ada", "pass phrase")?, origin);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Basic {
    header: HeaderValue,
}

impl Basic {
    /// Makes a credential of a user and a password. Either may be empty.
    ///
    /// # Errors
    ///
    /// [`InvalidBasic`] when the user has a colon in it, since a server would take the rest of the name for a part of
    /// the password, or when one of the two has a control character.
    pub fn new(
        user: impl AsRef<str>,
        password: impl Into<SecretString>,
    ) -> Result<Self, InvalidBasic> {
        let (user, password) = (user.as_ref(), password.into());
        let password = password.expose_secret();
        if user.contains(':') {
            return Err(InvalidBasic::Colon);
        }
        let is_control = |char: char| char.is_ascii_control();
        if user.contains(is_control) || password.contains(is_control) {
            return Err(InvalidBasic::ControlCharacter);
        }
        let pair = STANDARD.encode(format!("{user}:{password}"));
        let header = HeaderValue::try_from(format!("Basic {pair}"));
        let mut header = header.map_err(|_| InvalidBasic::ControlCharacter)?;
        header.set_sensitive(true);
        Ok(Self { header })
    }
}

impl Credential for Basic {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&AUTHORIZATION, &self.header))
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic(..)")
    }
}

/// A user or a password that [`Basic`] can't carry (RFC 7617 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBasic {
    /// The user has a colon in it.
    #[error("the user has a colon in it")]
    Colon,
    /// The user or the password has a control character in it.
    #[error("the user or the password has a control character in it")]
    ControlCharacter,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(user: &str, password: &str) -> HeaderValue {
        let basic = Basic::new(user, password).unwrap();
        basic.header().unwrap().1.clone()
    }

    #[test]
    fn the_examples_of_rfc_7617_come_out_as_printed() {
        let header = |user, password| header(user, password).to_str().unwrap().to_owned();
        assert_eq!(
            header("Aladdin", "open sesame"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(header("test", "123£"), "Basic dGVzdDoxMjPCow==");
    }

    #[test]
    fn colons_belong_into_a_password_only() {
        assert_eq!(header("a", "b:c"), "Basic YTpiOmM=");
        assert_eq!(header("", ""), "Basic Og==");
        let error = Basic::new("hunter2:", "x").unwrap_err();
        assert_eq!(error, InvalidBasic::Colon);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn control_characters_are_refused_in_both() {
        for (user, password) in [("a\n", "b"), ("a", "b\0"), ("a", "\u{7f}")] {
            let error = Basic::new(user, password).unwrap_err();
            assert_eq!(error, InvalidBasic::ControlCharacter);
        }
    }

    #[test]
    fn the_header_is_sensitive_and_debug_shows_nothing() {
        assert!(header("ada", "hunter2").is_sensitive());
        let basic = Basic::new("ada", "hunter2").unwrap();
        assert_eq!(format!("{basic:?}"), "Basic(..)");
    }
}

//! A bearer token as a credential.

use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use request_context::Credential;
use secrecy::{ExposeSecret, SecretString};

/// A bearer token (RFC 6750 §2.1). Its header is built once and marked sensitive.
#[derive(Clone)]
pub struct Bearer {
    header: HeaderValue,
}

impl Bearer {
    /// Makes a credential of an access token.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when it has characters that no header can carry.
    pub fn new(token: impl Into<SecretString>) -> Result<Self, InvalidToken> {
        let token: SecretString = token.into();
        let text = format!("Bearer {}", token.expose_secret());
        let mut header = HeaderValue::try_from(text).map_err(|_| InvalidToken {})?;
        header.set_sensitive(true);
        Ok(Self { header })
    }
}

impl Credential for Bearer {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&AUTHORIZATION, &self.header))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

/// An access token has characters that no header can carry, such as a line break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token has characters that no header can carry")]
#[non_exhaustive]
pub struct InvalidToken {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_prebuilt_and_sensitive() {
        let bearer = Bearer::new("hunter2").unwrap();
        let (name, value) = bearer.header().unwrap();
        assert_eq!(name, AUTHORIZATION);
        assert_eq!(value, "Bearer hunter2");
        assert!(value.is_sensitive());
        assert!(!format!("{bearer:?}").contains("hunter2"));
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_without_showing_it() {
        let error = Bearer::new("hunter2\r\nx-admin: 1").unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}

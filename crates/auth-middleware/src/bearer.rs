//! A bearer token as a credential.

use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use request_context::Credential;
use secrecy::{ExposeSecret, SecretString};
use token_store::TokenSet;

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
    /// [`InvalidToken::Characters`] when it has characters that no header can carry.
    pub fn new(token: impl Into<SecretString>) -> Result<Self, InvalidToken> {
        let token: SecretString = token.into();
        let text = format!("Bearer {}", token.expose_secret());
        let mut header = HeaderValue::try_from(text).map_err(|_| InvalidToken::Characters)?;
        header.set_sensitive(true);
        Ok(Self { header })
    }

    /// Makes one of a token set, unless that says that it is something else (RFC 6749 §7.1).
    pub(crate) fn of(tokens: &TokenSet) -> Result<Self, InvalidToken> {
        if !tokens.scheme().eq_ignore_ascii_case("bearer") {
            return Err(InvalidToken::NotBearer);
        }
        Self::new(tokens.access().clone())
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

/// Why an access token can't go on a request as a bearer token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// It has characters that no header can carry, such as a line break.
    #[error("the token has characters that no header can carry")]
    Characters,
    /// Its type is another than `bearer`, and how such a token goes on a request isn't known here (RFC 6749 §7.1).
    #[error("the token is no bearer token")]
    NotBearer,
}

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

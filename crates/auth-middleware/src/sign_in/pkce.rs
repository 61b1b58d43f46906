//! Proof that whoever redeems a code is who asked for it (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// What stays here until the code is redeemed.
#[derive(Debug)]
pub(crate) struct CodeVerifier(SecretString);

impl CodeVerifier {
    /// 32 random octets, as RFC 7636 §4.1 recommends.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        unguessable().map(Self)
    }

    /// What goes through the browser: always `S256`, which nobody can turn back.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose_secret()))
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// 256 bits from the operating system, as 43 characters that need no escape in a URL.
pub(crate) fn unguessable() -> Result<SecretString, getrandom::Error> {
    let mut octets = [0; 32];
    getrandom::fill(&mut octets)?;
    Ok(URL_SAFE_NO_PAD.encode(octets).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = CodeVerifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(verifier.challenge(), challenge);
    }

    #[test]
    fn each_verifier_is_another_one_of_43_unreserved_characters() {
        let (one, two) = (
            CodeVerifier::random().unwrap(),
            CodeVerifier::random().unwrap(),
        );
        let (one, two) = (one.secret().expose_secret(), two.secret().expose_secret());
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(one.bytes().all(is_unreserved), "{one}");
    }
}

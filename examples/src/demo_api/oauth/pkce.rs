//! Proof that whoever redeems a code is who asked for it (RFC 7636), by S256 alone: `plain` protects nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The SHA-256 of a verifier, in base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodeChallenge(String);

impl CodeChallenge {
    /// A challenge, if it can be one: 32 bytes in base64url without padding.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Whether the challenge was made of this verifier (RFC 7636 §4.6).
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == self.0
    }
}

/// Whether a text can be a verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
pub(super) fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(&VERIFIER.to_lowercase()));
        assert!(!challenge.is_met_by(CHALLENGE));
        assert!(is_verifier(VERIFIER));
    }

    #[test]
    fn what_is_no_sha_256_is_no_challenge() {
        let (padded, short) = (format!("{CHALLENGE}="), &CHALLENGE[..42]);
        let plus = CHALLENGE.replace('-', "+");
        for text in [padded.as_str(), short, plus.as_str(), "", "plain"] {
            assert_eq!(CodeChallenge::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (text, is_one) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("~".repeat(128), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(43)), false),
            (format!("{}é", "a".repeat(43)), false),
        ] {
            assert_eq!(is_verifier(&text), is_one, "{text}");
        }
    }
}

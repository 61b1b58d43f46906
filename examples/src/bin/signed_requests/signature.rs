//! What a signature covers, and how it is written: the part that client and server share.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

pub(crate) const SCHEME: &str = "HMAC-SHA256";

/// A key that both sides know. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct Key(Hmac<Sha256>);

/// What is signed: if any of it changes on the way, the signature is another.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// The path, and the query if there is one.
    pub(crate) target: &'a str,
    pub(crate) date: &'a str,
    /// The `Content-Digest` header, which stands for the body.
    pub(crate) digest: &'a str,
    /// Makes each signature another, so that a server can refuse one that it has seen.
    pub(crate) nonce: &'a str,
}

impl Key {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, hmac::digest::InvalidLength> {
        Hmac::new_from_slice(secret).map(Self)
    }

    /// The `Authorization` header.
    pub(crate) fn sign(&self, signed: &Signed<'_>) -> String {
        let code = self.code(signed).finalize().into_bytes();
        let code = URL_SAFE_NO_PAD.encode(code);
        format!("{SCHEME} {}.{code}", signed.nonce)
    }

    /// Whether this code, the last part of the header, is that of what came. It takes equally long for all codes.
    pub(crate) fn verify(&self, signed: &Signed<'_>, code: &str) -> bool {
        let code = URL_SAFE_NO_PAD.decode(code).unwrap_or_default();
        self.code(signed).verify_slice(&code).is_ok()
    }

    fn code(&self, signed: &Signed<'_>) -> Hmac<Sha256> {
        let mut code = self.0.clone();
        // None of the parts has a line break in it.
        for part in [
            signed.method,
            signed.target,
            signed.date,
            signed.digest,
            signed.nonce,
        ] {
            code.update(part.as_bytes());
            code.update(b"\n");
        }
        code
    }
}

/// The `Content-Digest` header of a body (RFC 9530).
pub(crate) fn digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

//! Names of keys and scopes on disk, that tell nothing about them.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::{Key, Scope};

/// What a key, or a scope, is called where it is written down: the beginning of its SHA-256, which no two share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint([u8; Self::LENGTH]);

impl Fingerprint {
    pub(super) const LENGTH: usize = 16;

    pub(super) fn of_scope(scope: &Scope) -> Self {
        match scope {
            Scope::Anonymous => Self::of(b"scope", &[]),
            Scope::Principal(principal) => Self::of(b"scope", &[principal.as_str().as_bytes()]),
        }
    }

    pub(super) fn of_key(key: &Key) -> Self {
        let kind: &[u8] = if key.is_named() { b"name" } else { b"url" };
        let scope = Self::of_scope(key.scope());
        Self::of(kind, &[&scope.0, key.resource().as_bytes()])
    }

    /// Of any bytes.
    pub(super) fn of(kind: &[u8], parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in [&[kind], parts].concat() {
            // Lengths go first, so that no two lists of parts are the same bytes.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let mut fingerprint = [0; Self::LENGTH];
        fingerprint.copy_from_slice(&digest.finalize()[..Self::LENGTH]);
        Self(fingerprint)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('#')?;
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use request_context::Principal;

    use super::*;

    #[test]
    fn keys_that_differ_in_anything_differ() {
        let url = "https://a.test/x".parse().unwrap();
        let of = |name: &'static str| Scope::Principal(Principal::new(name));
        let keys = [
            Key::of_url(Scope::Anonymous, &url),
            Key::of_url(of(""), &url),
            Key::of_url(of("ada"), &url),
            Key::named(of("ada"), "https://a.test/x"),
            Key::named(of("ada"), "x"),
            Key::named(of("adax"), ""),
        ];
        let fingerprints: HashSet<_> = keys.iter().map(Fingerprint::of_key).collect();
        assert_eq!(fingerprints.len(), keys.len());
    }

    #[test]
    fn it_is_the_same_in_every_run_and_release() {
        let key = Key::named(Scope::Anonymous, "x");
        let written = Fingerprint::of_key(&key).to_string();
        assert_eq!(written, "0ae3de7b3800d4403e8179b5bb14fd91");
    }
}

//! Bytes that show, when they are read again, whether they are what was written.

use bytes::{Buf, BufMut, Bytes};
use sha2::{Digest, Sha256};

use super::fingerprint::Fingerprint;

/// Of which crate they are, and in which format. Another format takes another number, and is a stranger to this one.
const MAGIC: &[u8] = b"private-cache 1\n";
const DIGEST: usize = 16;

/// Begins what is to be sealed: `name` says what it is, so that it is never taken for something else.
pub(super) fn begin(name: &Fingerprint) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.put_bytes(0, DIGEST);
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

/// Seals what was begun.
pub(super) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let start = MAGIC.len() + DIGEST;
    if let Some((head, content)) = bytes.split_at_mut_checked(start) {
        head[MAGIC.len()..].copy_from_slice(&digest(content));
    }
    bytes
}

/// What was sealed under this name, if these bytes are whole and of this format.
pub(super) fn open(name: &Fingerprint, bytes: Vec<u8>) -> Option<Bytes> {
    let mut bytes = Bytes::from(bytes);
    if bytes.len() < MAGIC.len() + DIGEST + Fingerprint::LENGTH {
        return None;
    }
    if bytes.split_to(MAGIC.len()) != MAGIC || bytes.split_to(DIGEST) != digest(&bytes)[..] {
        return None;
    }
    (bytes.split_to(Fingerprint::LENGTH) == name.as_bytes()).then_some(bytes)
}

fn digest(bytes: &[u8]) -> [u8; DIGEST] {
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(&Sha256::digest(bytes)[..DIGEST]);
    digest
}

/// Writes a number, and texts with their length.
pub(super) trait Write {
    fn number(&mut self, number: u64);
    fn text(&mut self, text: &[u8]);
}

impl Write for Vec<u8> {
    fn number(&mut self, number: u64) {
        self.put_u64_le(number);
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.extend_from_slice(text);
    }
}

/// Reads what [`Write`] wrote. What isn't there is none.
pub(super) trait Read {
    fn number(&mut self) -> Option<u64>;
    fn text(&mut self) -> Option<Bytes>;
}

impl Read for Bytes {
    fn number(&mut self) -> Option<u64> {
        self.try_get_u64_le().ok()
    }

    /// It shares the bytes that it is read from.
    fn text(&mut self) -> Option<Bytes> {
        let length = self.number()?.try_into().ok()?;
        (length <= self.len()).then(|| self.split_to(length))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(name: &[u8]) -> Fingerprint {
        Fingerprint::of(b"test", &[name])
    }

    fn sealed(content: &[u8]) -> Vec<u8> {
        let mut bytes = begin(&name(b"a"));
        bytes.extend_from_slice(content);
        seal(bytes)
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_name_alone() {
        let opened = open(&name(b"a"), sealed(b"content"));
        assert_eq!(opened.as_deref(), Some(&b"content"[..]));
        assert_eq!(open(&name(b"b"), sealed(b"content")), None);
    }

    #[test]
    fn a_part_of_it_is_nothing() {
        let whole = sealed(b"content");
        for length in 0..whole.len() {
            let part = whole[..length].to_vec();
            assert_eq!(open(&name(b"a"), part), None, "{length}");
        }
    }

    #[test]
    fn one_changed_bit_is_enough() {
        let whole = sealed(b"content");
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&name(b"a"), bytes), None, "{bit}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_nothing(garbage: Vec<u8>) {
            prop_assert_eq!(open(&name(b"a"), garbage), None);
        }
    }
}

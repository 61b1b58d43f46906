//! What a store holds, since managers can't tell: for whom, how large, and what is to go.

use std::collections::BTreeSet;

use bytes::Bytes;
use lru::LruCache;

use super::fingerprint::Fingerprint;
use super::seal::{self, Read, Write};

/// Into how many pages the index is cut where it is written down, so that a change writes a few kilobytes at most.
pub(super) const PAGES: u8 = 64;
/// How many keys there are at most. Each weighs that part of the limit at least.
const KEYS: u64 = 16_384;

/// What is held, in the order of its last use.
///
/// Keys that are doomed are held no more, and wait for their bytes to be deleted: so the bytes of a store that is killed are
/// deleted by its successor.
#[derive(Debug)]
pub(super) struct Index {
    held: LruCache<Fingerprint, Row>,
    doomed: BTreeSet<Fingerprint>,
    bytes: u64,
    limit: u64,
    dirty: BTreeSet<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    scope: Fingerprint,
    bytes: u64,
}

impl Index {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            held: LruCache::unbounded(),
            doomed: BTreeSet::new(),
            bytes: 0,
            limit,
            dirty: BTreeSet::new(),
        }
    }

    /// Whether the key is held. It is its latest use.
    pub(super) fn touch(&mut self, key: &Fingerprint) -> bool {
        self.held.get(key).is_some()
    }

    /// Holds a key, in place of what was held under it, and dooms what is too much now.
    pub(super) fn insert(&mut self, key: Fingerprint, scope: Fingerprint, bytes: u64) {
        let bytes = bytes.max(self.limit / KEYS);
        let before = self.held.put(key, Row { scope, bytes });
        let before = before.map_or(0, |row| row.bytes);
        self.bytes = self.bytes - before + bytes;
        self.doomed.remove(&key);
        if before != bytes {
            self.dirty.insert(page_of(&key));
        }
        while self.bytes > self.limit
            && let Some((key, _)) = self.held.peek_lru().map(|(key, row)| (*key, *row))
        {
            self.doom(&key);
        }
    }

    /// Holds the key no more, and lets its bytes be deleted.
    pub(super) fn doom(&mut self, key: &Fingerprint) {
        if self.remove(key) {
            self.doomed.insert(*key);
        }
    }

    /// Dooms every key of a scope, or of all.
    pub(super) fn doom_all(&mut self, scope: Option<Fingerprint>) {
        let rows = self.held.iter();
        let doomed: Vec<_> = rows
            .filter(|(_, row)| scope.is_none_or(|scope| row.scope == scope))
            .map(|(key, _)| *key)
            .collect();
        for key in &doomed {
            self.doom(key);
        }
    }

    /// Holds the key no more. Says whether it did.
    pub(super) fn remove(&mut self, key: &Fingerprint) -> bool {
        let Some(row) = self.held.pop(key) else {
            return false;
        };
        self.bytes -= row.bytes;
        self.dirty.insert(page_of(key));
        true
    }

    pub(super) fn has_doomed(&self) -> bool {
        !self.doomed.is_empty()
    }

    /// A key whose bytes are to be deleted now.
    pub(super) fn next_doomed(&mut self) -> Option<Fingerprint> {
        let key = self.doomed.pop_first()?;
        self.dirty.insert(page_of(&key));
        Some(key)
    }

    /// The pages that were changed since they were last taken.
    pub(super) fn take_dirty(&mut self) -> Vec<(u8, Vec<u8>)> {
        let dirty = std::mem::take(&mut self.dirty);
        dirty
            .into_iter()
            .map(|page| (page, self.write(page)))
            .collect()
    }

    fn write(&self, page: u8) -> Vec<u8> {
        let mut bytes = seal::begin(&name_of(page));
        let mut row = |key: &Fingerprint, scope: Option<Fingerprint>, size: u64| {
            bytes.text(key.as_bytes());
            bytes.text(scope.as_ref().map_or(&[], Fingerprint::as_bytes));
            bytes.number(size);
        };
        let on_page = |key: &&Fingerprint| page_of(key) == page;
        // The one that was used last comes last, and so becomes the last one again.
        for (key, Row { scope, bytes }) in self.held.iter().rev() {
            if on_page(&key) {
                row(key, Some(*scope), *bytes);
            }
        }
        for key in self.doomed.iter().filter(on_page) {
            row(key, None, 0);
        }
        seal::seal(bytes)
    }

    /// Reads a page that was written. Of anything else nothing is held.
    pub(super) fn read(&mut self, page: u8, bytes: Vec<u8>) {
        let Some(mut bytes) = seal::open(&name_of(page), bytes) else {
            return;
        };
        while let Some((key, row)) = read_row(&mut bytes) {
            match row {
                Some(Row { scope, bytes }) => self.insert(key, scope, bytes),
                None => _ = self.doomed.insert(key),
            }
        }
        self.dirty.remove(&page);
    }
}

fn read_row(bytes: &mut Bytes) -> Option<(Fingerprint, Option<Row>)> {
    let key = Fingerprint::from_bytes(&bytes.text()?)?;
    let scope = bytes.text()?;
    let size = bytes.number()?;
    if scope.is_empty() {
        return Some((key, None));
    }
    let scope = Fingerprint::from_bytes(&scope)?;
    Some((key, Some(Row { scope, bytes: size })))
}

fn page_of(key: &Fingerprint) -> u8 {
    key.as_bytes()[0] % PAGES
}

fn name_of(page: u8) -> Fingerprint {
    Fingerprint::of(b"page", &[&[page]])
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn fingerprint(n: u8) -> Fingerprint {
        Fingerprint::of(b"test", &[&[n]])
    }

    fn held(index: &Index) -> Vec<Fingerprint> {
        let mut held: Vec<_> = index.held.iter().map(|(key, _)| *key).collect();
        held.sort();
        held
    }

    #[test]
    fn what_is_too_much_dooms_what_was_not_used_for_longest() {
        let mut index = Index::new(30);
        for n in 0..3 {
            index.insert(fingerprint(n), fingerprint(9), 10);
        }
        assert!(index.touch(&fingerprint(0)));
        index.insert(fingerprint(3), fingerprint(9), 10);
        assert!(!index.touch(&fingerprint(1)));
        assert!(index.touch(&fingerprint(0)));
        assert_eq!(index.next_doomed(), Some(fingerprint(1)));
        assert_eq!(index.next_doomed(), None);
    }

    #[test]
    fn a_scope_is_doomed_without_the_others() {
        let mut index = Index::new(1000);
        for n in 0..8 {
            index.insert(fingerprint(n), fingerprint(n % 2), 10);
        }
        index.doom_all(Some(fingerprint(1)));
        let left: Vec<_> = (0..8).filter(|n| index.touch(&fingerprint(*n))).collect();
        assert_eq!(left, [0, 2, 4, 6]);
        assert_eq!((index.bytes, index.doomed.len()), (40, 4));
        index.doom_all(None);
        assert_eq!((index.bytes, index.doomed.len()), (0, 8));
    }

    #[test]
    fn a_key_that_is_held_again_is_not_deleted() {
        let mut index = Index::new(1000);
        index.insert(fingerprint(1), fingerprint(1), 10);
        index.doom(&fingerprint(1));
        index.insert(fingerprint(1), fingerprint(1), 10);
        assert_eq!(index.next_doomed(), None);
    }

    #[test]
    fn the_same_key_of_the_same_size_writes_no_page() {
        let mut index = Index::new(1000);
        index.insert(fingerprint(1), fingerprint(1), 10);
        assert_eq!(index.take_dirty().len(), 1);
        index.insert(fingerprint(1), fingerprint(1), 10);
        assert!(index.touch(&fingerprint(1)));
        assert_eq!(index.take_dirty().len(), 0);
    }

    #[test]
    fn small_answers_count_so_much_that_their_number_is_bounded() {
        let mut index = Index::new(KEYS * 10);
        for n in 0..=KEYS {
            let key = Fingerprint::of(b"test", &[&n.to_le_bytes()]);
            index.insert(key, fingerprint(0), 1);
        }
        assert_eq!(index.held.len() as u64, KEYS);
        assert_eq!(index.doomed.len(), 1);
    }

    proptest! {
        #[test]
        fn it_stays_below_its_limit_and_reads_what_it_wrote(
            steps in vec((0..40_u8, 0..3_u8, 1..300_u64, 0..10_u8), 0..60)
        ) {
            let mut index = Index::new(1000);
            let mut pages = std::collections::BTreeMap::new();
            for (key, scope, bytes, step) in steps {
                match step {
                    0 => index.doom_all(Some(fingerprint(scope))),
                    1 => { index.remove(&fingerprint(key)); }
                    2 => { index.next_doomed(); }
                    _ => index.insert(fingerprint(key), fingerprint(scope), bytes),
                }
                prop_assert!(index.bytes <= 1000);
                let sum: u64 = index.held.iter().map(|(_, row)| row.bytes).sum();
                prop_assert_eq!(index.bytes, sum);
                pages.extend(index.take_dirty());
            }
            let mut read = Index::new(1000);
            for (page, bytes) in pages {
                read.read(page, bytes);
            }
            prop_assert_eq!(held(&read), held(&index));
            prop_assert_eq!(&read.doomed, &index.doomed);
            prop_assert_eq!(read.bytes, index.bytes);
        }

        #[test]
        fn pages_of_garbage_hold_nothing(garbage: Vec<u8>) {
            let mut index = Index::new(1000);
            index.read(3, garbage.clone());
            let mut bytes = seal::begin(&name_of(3));
            bytes.extend_from_slice(&garbage);
            index.read(3, seal::seal(bytes));
            prop_assert!(index.bytes <= 1000);
        }
    }
}

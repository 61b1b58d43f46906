//! What each style guarantees while the list changes between two pages.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use paginate::Pager;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::shapes::{Item, Shape};
use support::{Server, all};

/// A change of the list, at some place of it.
#[derive(Clone, Copy, Debug)]
enum Change {
    Insert(usize),
    Remove(usize),
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        any::<usize>().prop_map(Change::Insert),
        any::<usize>().prop_map(Change::Remove),
    ];
    vec(vec(change, 0..4), 0..12)
}

/// A sorted list that changes after each page, and what has become of it.
#[derive(Clone, Default)]
struct List {
    ids: Vec<u64>,
    inserted: usize,
    removed: BTreeSet<u64>,
}

impl List {
    /// With room between them.
    fn of(items: usize) -> Self {
        Self {
            ids: (1..=items as u64).map(|id| id << 32).collect(),
            ..Self::default()
        }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Insert(place) => {
                let place = place % (self.ids.len() + 1);
                let before = place.checked_sub(1).map_or(0, |index| self.ids[index]);
                let after = self.ids.get(place).copied().unwrap_or(before + (2 << 32));
                self.ids.insert(place, before.midpoint(after));
                self.inserted += 1;
            }
            Change::Remove(_) if self.ids.is_empty() => {}
            Change::Remove(place) => {
                let place = place % self.ids.len();
                self.removed.insert(self.ids.remove(place));
            }
        }
    }
}

/// What is yielded, and the list as it was and as it is in the end.
fn read(
    shape: Shape,
    items: usize,
    size: usize,
    changes: Vec<Vec<Change>>,
) -> (Vec<u64>, List, List) {
    let begun = List::of(items);
    let list = Arc::new(Mutex::new(begun.clone()));
    let shared = Arc::clone(&list);
    let server = Server::new(move |asked| {
        let mut list = shared.lock().unwrap();
        let page = shape.answer(&list.ids, size, asked);
        for change in changes.get(asked.before).into_iter().flatten() {
            list.change(*change);
        }
        Ok(page)
    });
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    let items = runtime.block_on(all(Pager::new(server, shape.style()).items::<Item>()));
    let ended = list.lock().unwrap().clone();
    let yielded = items.into_iter().map(|item| item.id).collect();
    (yielded, begun, ended)
}

proptest! {
    #[test]
    fn by_keys_and_by_cursors_of_items_what_stays_is_yielded_once_and_in_order(
        shape in select(vec![Shape::Keyset, Shape::KeysetWithMore, Shape::CursorOfItem]),
        items in 0..40_usize,
        size in 1..8_usize,
        changes in changes(),
    ) {
        let (yielded, begun, ended) = read(shape, items, size, changes);
        prop_assert!(yielded.is_sorted_by(|one, other| one < other));
        let yielded: BTreeSet<_> = yielded.into_iter().collect();
        for id in begun.ids.iter().filter(|id| !ended.removed.contains(id)) {
            prop_assert!(yielded.contains(id));
        }
    }

    #[test]
    fn by_offsets_and_page_numbers_each_removal_costs_one_item_at_most_and_each_insertion_repeats_one_at_most(
        shape in select(vec![Shape::Offset, Shape::PageNumber]),
        items in 0..40_usize,
        size in 1..8_usize,
        changes in changes(),
    ) {
        let (yielded, begun, ended) = read(shape, items, size, changes);
        let mut times = BTreeMap::new();
        for id in &yielded {
            *times.entry(*id).or_insert(0_usize) += 1;
        }
        let stays = |id: &&u64| !ended.removed.contains(id);
        let lost = begun.ids.iter().filter(stays).filter(|id| !times.contains_key(id));
        prop_assert!(lost.count() <= ended.removed.len());
        let repeated: usize = times.values().map(|times| times - 1).sum();
        prop_assert!(repeated <= ended.inserted);
    }
}

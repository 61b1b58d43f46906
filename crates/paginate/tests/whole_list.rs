//! Whatever the list, the page size, the style and the depth of prefetching: each item is yielded once, in order.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use futures_util::StreamExt;
use paginate::{Checkpoint, Pager};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::shapes::{ALL, Item, Shape};
use support::{Server, all};

/// What a server of this shape may have for a list.
fn lists(shape: Shape) -> BoxedStrategy<Vec<u64>> {
    let any = vec(0..50_u64, 0..60);
    if shape.goes_by_items() {
        let sorted = |mut list: Vec<u64>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        any.prop_map(sorted).boxed()
    } else {
        any.boxed()
    }
}

fn shapes_and_lists() -> impl Strategy<Value = (Shape, Vec<u64>)> {
    select(ALL.to_vec()).prop_flat_map(|shape| (Just(shape), lists(shape)))
}

fn server(shape: Shape, list: &[u64], size: usize) -> Server {
    let list = list.to_vec();
    Server::new(move |asked| Ok(shape.answer(&list, size, asked)))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap().block_on(future)
}

fn ids(items: Vec<Item>) -> Vec<u64> {
    items.into_iter().map(|item| item.id).collect()
}

proptest! {
    #[test]
    fn every_item_is_yielded_once_and_in_order(
        (shape, list) in shapes_and_lists(),
        size in 1..20_usize,
        depth in 0..4_usize,
    ) {
        let pager = Pager::new(server(shape, &list, size), shape.style()).prefetch(depth);
        prop_assert_eq!(ids(block_on(all(pager.items()))), list);
    }

    #[test]
    fn whole_pages_hold_the_same(
        (shape, list) in shapes_and_lists(),
        size in 1..20_usize,
        depth in 0..4_usize,
    ) {
        let pager = Pager::new(server(shape, &list, size), shape.style()).prefetch(depth);
        let pages = block_on(all(pager.pages()));
        let items = pages.iter().flat_map(|page| page.items().map(Result::unwrap));
        prop_assert_eq!(ids(items.collect()), list);
        for (index, page) in pages.iter().enumerate() {
            prop_assert_eq!(page.number(), index as u64 + 1);
        }
    }

    #[test]
    fn a_stream_that_is_resumed_after_any_item_goes_on_with_the_next(
        (shape, list) in shapes_and_lists(),
        size in 1..20_usize,
        depth in 0..4_usize,
        taken in 0..60_usize,
    ) {
        let server = server(shape, &list, size);
        let pager = || Pager::new(server.clone(), shape.style()).prefetch(depth);
        let (begun, rest) = block_on(async {
            let mut items = pager().items::<Item>();
            let begun: Vec<_> = items.by_ref().take(taken).map(Result::unwrap).collect().await;
            let stored = serde_json::to_string(&items.checkpoint()).unwrap();
            drop(items);
            let checkpoint: Checkpoint = serde_json::from_str(&stored).unwrap();
            let resumed = pager().resume(checkpoint).unwrap();
            (begun, all(resumed.items::<Item>()).await)
        });
        prop_assert_eq!(begun.len(), taken.min(list.len()));
        prop_assert_eq!(ids([begun, rest].concat()), list);
    }
}

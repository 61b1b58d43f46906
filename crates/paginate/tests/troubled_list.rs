//! Whatever fails on the way, wherever the stream is closed and resumed: each item is yielded once, in order.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use http::StatusCode;
use paginate::{Checkpoint, Page, Pager};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::shapes::{ALL, Item};
use support::{Asked, Failure, Server};

/// What a request comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    None,
    NoAnswer,
    Status,
    BrokenOff,
    /// The items are good, and what should lead on is not.
    LeadsNowhere,
}

const TROUBLES: [Trouble; 8] = [
    Trouble::None,
    Trouble::None,
    Trouble::None,
    Trouble::None,
    Trouble::NoAnswer,
    Trouble::Status,
    Trouble::BrokenOff,
    Trouble::LeadsNowhere,
];

fn troubled(page: Page, trouble: Trouble, asked: &Asked) -> Result<Page, Failure> {
    let body = String::from_utf8(page.body().to_vec()).unwrap();
    Ok(match trouble {
        Trouble::None => page,
        Trouble::NoAnswer => return Err(Failure::Source("no answer")),
        Trouble::Status => page.with_status(StatusCode::BAD_GATEWAY),
        Trouble::BrokenOff => asked.page(&body[..body.len() - 1]),
        Trouble::LeadsNowhere => {
            let body = body.replace(r#""next": "#, r#""next": true, "was": "#);
            let body = body.replace(r#""more": "#, r#""more": [], "was": "#);
            Page::new(page.url().clone(), page.headers().clone(), body)
        }
    })
}

proptest! {
    #[test]
    fn every_item_is_yielded_once_and_in_order(
        shape in select(ALL.to_vec()),
        length in 0..40_u64,
        size in 1..8_usize,
        depth in 0..4_usize,
        troubles in vec(select(TROUBLES.to_vec()), 1..30),
        closed in vec(any::<bool>(), 1..30),
        most in 1..30_u64,
    ) {
        let list: Vec<u64> = (0..length).map(|number| number * 2 + 1).collect();
        let all = list.clone();
        let server = Server::new(move |asked| {
            let trouble = troubles.get(asked.before).copied().unwrap_or(Trouble::None);
            troubled(shape.answer(&all, size, asked), trouble, asked)
        });
        let pager = || Pager::new(server.clone(), shape.style()).prefetch(depth).max_items(most);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(async {
            let mut items = pager().items::<Item>();
            let mut read = Vec::new();
            for turn in 0.. {
                assert!(turn < 1000, "no end");
                let next = items.next_item().await;
                let is_over = matches!(next, Ok(None));
                read.extend(next.ok().flatten().map(|item| item.id));
                let stored = serde_json::to_string(&items.checkpoint()).unwrap();
                let checkpoint: Checkpoint = serde_json::from_str(&stored).unwrap();
                if is_over && checkpoint.is_end() {
                    break;
                }
                // A limit has ended it, or somebody else.
                if is_over || closed.get(turn).copied().unwrap_or(false) {
                    items = pager().resume(checkpoint).unwrap().items();
                }
            }
            read
        });
        prop_assert_eq!(read, list);
    }
}

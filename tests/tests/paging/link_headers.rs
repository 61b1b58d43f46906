//! Link headers as sloppy servers write them: read in the one way that they can be, or missed aloud.

use facade::ErrorKind;
use facade::paginate::{LinkHeader, PagingErrorKind};
use testkit::Reply;

use crate::world::World;

/// Read for what is meant.
const READ: [&str; 12] = [
    "</items?page=2> rel=\"next\"",
    "</items?page=2>rel=next",
    "</items?page=2>;rel=next;;;",
    "</items?page=2>; REL = \"Next\"",
    "</items?page=2>; rel='next'",
    "</items?page=2>; rel=\"prev next\"",
    ",, </items?page=2>; rel=next,",
    "< /items?page=2 >; rel=next",
    "</items?page=0>; rel=\"prev\" </items?page=2>; rel=\"next\"",
    "</items?page=0>; rel=\"prev\"; </items?page=2>; rel=\"next\"",
    "</items?page=0, </items?page=2>; rel=next",
    "nonsense, </items?page=2>; rel=next",
];

/// Nothing says that there is a next page.
const END: [&str; 10] = [
    "",
    ",;,",
    "<",
    "<>",
    "\"\"\"",
    "see the docs",
    "</items?page=0>; rel=\"prev",
    "</items?page=2>",
    "</items?page=2>; rel=\"prev\"; rel=\"next\"",
    "</items?page=2>; rel=next; anchor=\"/other\"",
];

/// There may be a next page, and to take this for the end would lose it.
const MISSED: [&str; 8] = [
    "/items?page=2; rel=\"next\"",
    "</items?page=2; rel=\"next\"",
    "/items?page=2>; rel=\"next\"",
    "&lt;/items?page=2&gt;; rel=&quot;next&quot;",
    "</items?page=2>; rel=\"next",
    "</items?page=2>; rel=next\"",
    "</items?page=0>; rel=\"prev, </items?page=2>; rel=\"next\"",
    "{\"next\":\"/items?page=2\"}",
];

fn first_with(world: &World, link: &'static str) {
    world.answers(move |request| match request.query() {
        None => Reply::json(200, "[1]").header("link", link),
        Some(_) => Reply::json(200, "[2]"),
    });
}

#[tokio::test]
async fn what_can_be_read_in_one_way_only_is_followed() {
    let world = World::start().await;
    for link in READ {
        first_with(&world, link);
        let outcome = world.read(world.pager(LinkHeader::new(""))).await;
        assert!(outcome.error.is_none(), "{link}: {outcome:?}");
        assert_eq!((outcome.items, outcome.requests), (vec![1, 2], 2), "{link}");
    }
}

#[tokio::test]
async fn what_names_no_next_page_is_the_end() {
    let world = World::start().await;
    for link in END {
        first_with(&world, link);
        let outcome = world.read(world.pager(LinkHeader::new(""))).await;
        assert!(outcome.error.is_none(), "{link}: {outcome:?}");
        assert_eq!((outcome.items, outcome.requests), (vec![1], 1), "{link}");
    }
}

#[tokio::test]
async fn what_may_hide_a_next_page_is_a_typed_error_and_no_end() {
    let world = World::start().await;
    for link in MISSED {
        first_with(&world, link);
        let outcome = world.read(world.pager(LinkHeader::new(""))).await;
        assert_eq!(
            outcome.error.as_ref().unwrap().kind(),
            ErrorKind::Paging,
            "{link}"
        );
        let wrong = outcome.wrong().unwrap();
        assert!(
            matches!(wrong, PagingErrorKind::UnreadableLinks(_)),
            "{link}: {wrong:?}"
        );
        assert_eq!((outcome.items, outcome.requests), (vec![1], 1), "{link}");
    }
}

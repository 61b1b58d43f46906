//! What goes wrong on the way from page to page, and is mended by the layers below or by asking again.

use facade::paginate::{Cursor, PagingError, PagingErrorKind, Pointer};
use facade::{ApiError, ErrorKind, Retry};
use futures_util::TryStreamExt;
use stack_tests::soon;
use testkit::{Behaviour, ReceivedRequest, Reply};

use crate::world::{World, cursor, page};

/// Four pages of two items each.
fn four_pages(request: &ReceivedRequest) -> Reply {
    let first = cursor(request);
    let next = if first < 6 {
        (first + 2).to_string()
    } else {
        "null".to_owned()
    };
    page(&format!("[{first},{}]", first + 1), &next)
}

fn all() -> Vec<u32> {
    (0..8).collect()
}

#[tokio::test]
async fn a_token_that_expires_between_pages_is_refreshed_once() {
    for prefetch in [0, 1, 3] {
        let world = World::start().await;
        world.answers(four_pages);
        let pager = world
            .pager(Cursor::new("/data", "/next"))
            .prefetch(prefetch);
        let mut items = pager.items::<u32>();
        let mut read = vec![soon(items.next_item()).await.unwrap().unwrap()];
        world.here.server.reject_token("a1");
        while let Some(item) = soon(items.next_item()).await.unwrap() {
            read.push(item);
        }
        assert_eq!(read, all());
        // Pages that were loaded ahead may have come before.
        assert!(world.here.refreshes() <= 1);
        if prefetch == 0 {
            assert_eq!(world.here.refreshes(), 1);
            // Four pages, one of them refused first, and the refresh.
            assert_eq!(world.here.server.request_count(), 6);
        }
    }
}

#[tokio::test]
async fn a_page_that_fails_for_a_moment_is_tried_again_and_says_so() {
    let world = World::start().await;
    world.answers(four_pages);
    let mut pages = world.pager(Cursor::new("/data", "/next")).pages();
    assert_eq!(
        soon(pages.next_page()).await.unwrap().unwrap().attempts(),
        1
    );
    let broken = Behaviour::Truncate {
        reply: page("[2,3]", "4"),
        sent: 5,
    };
    world.here.server.once(Reply::status(503)).once(broken);
    let second = soon(pages.next_page()).await.unwrap().unwrap();
    assert_eq!(second.attempts(), 3);
    assert_eq!(second.number(), 2);
    let items: Result<Vec<u32>, _> = second.items().collect();
    assert_eq!(items.unwrap(), [2, 3]);
    assert_eq!(world.here.server.request_count(), 4);
}

#[tokio::test]
async fn an_error_is_an_item_of_the_stream_and_its_page_is_asked_for_again() {
    let world = World::start().await;
    world.answers(four_pages);
    let client = world.here.builder().retry(None).build().unwrap();
    let pager = client.get("items").paginate(Cursor::new("/data", "/next"));
    let mut items = pager.items::<u32>();
    let mut read = Vec::new();
    let mut errors = Vec::new();
    loop {
        match soon(items.next_item()).await {
            Ok(Some(item)) => read.push(item),
            Ok(None) => break,
            Err(error) => errors.push(error.kind()),
        }
        match read.len() + errors.len() {
            2 => drop(world.here.server.once(Reply::status(500))),
            5 => drop(world.here.server.once(Behaviour::ResetAfterReading)),
            8 => drop(world.here.server.once(page("\"none\"", "null"))),
            _ => {}
        }
    }
    assert_eq!(read, all());
    assert_eq!(
        errors,
        [ErrorKind::Server, ErrorKind::Reset, ErrorKind::Decode]
    );
    assert_eq!(world.here.server.request_count(), 7);
}

#[tokio::test]
async fn an_item_that_cannot_be_decoded_is_told_with_its_place() {
    let world = World::start().await;
    world.answers(|_| page("[1,\"hunter2\",3]", "null"));
    let pager = world.pager(Cursor::new("/data", "/next"));
    let read: Vec<Result<u32, ApiError>> = {
        let mut items = pager.continue_after_bad_items(true).items::<u32>();
        let mut read = Vec::new();
        while let Some(item) = items.next_item().await.transpose() {
            read.push(item);
        }
        read
    };
    let [Ok(1), Err(error), Ok(3)] = &read[..] else {
        panic!("{read:?}");
    };
    assert_eq!(error.kind(), ErrorKind::Decode);
    let paging = error.find_source::<PagingError>().unwrap();
    assert_eq!(paging.page(), 1);
    assert!(matches!(
        paging.kind(),
        PagingErrorKind::InvalidItem { index: 1, .. }
    ));
    assert_eq!(paging.to_string(), "page 1: item 1 can't be decoded");
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_the_first_item() {
    let world = World::start().await;
    for request in [
        world.here.client().get("../items"),
        world.here.client().get("items").header("x\n", "y"),
        world
            .here
            .client()
            .post("items")
            .body(reqwest::Body::wrap(reqwest::Body::from("once"))),
    ] {
        let mut items = request
            .paginate(Cursor::new("/data", "/next"))
            .items::<u32>();
        for _ in 0..2 {
            let error = items.next_item().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Builder, "{error:?}");
        }
    }
    assert_eq!(world.here.server.request_count(), 0);
}

#[tokio::test]
async fn a_body_that_is_made_again_goes_with_each_page() {
    let world = World::start().await;
    world.answers(four_pages);
    let body = || Ok(reqwest::Body::wrap(reqwest::Body::from("made again")));
    let request = world.here.client().post("items").replayable_body(body);
    let pager = request.paginate(Cursor::new("/data", "/next"));
    let items: Vec<u32> = soon(pager.items::<u32>().try_collect()).await.unwrap();
    assert_eq!(items, all());
    let asked = world.here.server.requests();
    assert_eq!(asked.len(), 4);
    assert!(
        asked
            .iter()
            .all(|request| &request.body()[..] == b"made again")
    );
}

/// The server wants to know in the body which page it is.
#[tokio::test]
async fn a_search_whose_pages_are_asked_for_in_its_body_is_mended_like_any_other() {
    let world = World::start().await;
    world.answers(|request| {
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["query"], "notes");
        let first = body["page"]["after"].as_u64().unwrap_or_default();
        let next = format!("{}", first + 2);
        let next = if first < 6 { next.as_str() } else { "null" };
        page(&format!("[{first},{}]", first + 1), next)
    });
    let search = serde_json::json!({"query": "notes", "page": null});
    let request = world.here.client().post("items").json(&search);
    let by_cursor = Cursor::new("/data", "/next").parameter(Pointer::from("/page/after"));
    let pager = request.retry(Retry::always()).paginate(by_cursor);
    let mut items = pager.items::<u64>();
    let mut read = vec![soon(items.next_item()).await.unwrap().unwrap()];
    world.here.server.reject_token("a1");
    let broken = Behaviour::Truncate {
        reply: page("[2,3]", "4"),
        sent: 5,
    };
    world.here.server.once(broken);
    while let Some(item) = soon(items.next_item()).await.unwrap() {
        read.push(item);
    }
    assert_eq!(read, (0..8).collect::<Vec<_>>());
    assert_eq!(world.here.refreshes(), 1);
}

#[tokio::test]
async fn a_stream_goes_on_from_a_checkpoint_in_another_client() {
    let world = World::start().await;
    world.answers(four_pages);
    for taken in 0..=8 {
        let mut items = world.pager(Cursor::new("/data", "/next")).items::<u32>();
        let mut read = Vec::new();
        for _ in 0..taken {
            read.extend(soon(items.next_item()).await.unwrap());
        }
        let kept = serde_json::to_string(&items.checkpoint()).unwrap();
        assert!(!kept.contains("a1") && kept.len() < 200, "{kept}");
        drop(items);

        let checkpoint = serde_json::from_str(&kept).unwrap();
        let pager = world.pager(Cursor::new("/data", "/next"));
        let mut items = pager.resume(checkpoint).unwrap().items::<u32>();
        while let Some(item) = soon(items.next_item()).await.unwrap() {
            read.push(item);
        }
        assert_eq!(read, all(), "after {taken}");
    }
}

//! Streams that end before their list does.

use std::time::Duration;

use facade::paginate::Cursor;
use facade::{CancellationToken, ErrorKind, TimeoutPhase};
use stack_tests::soon;
use testkit::Reply;

use crate::world::{World, cursor, page};

/// The first page comes, the second one hangs.
async fn hanging() -> World {
    let world = World::start().await;
    world.answers(|request| match cursor(request) {
        0 => page("[0]", "1"),
        _ => Reply::status(200).chunk("{").then_stall(),
    });
    world
}

#[tokio::test]
async fn cancelling_the_stream_stops_the_page_that_is_loading() {
    for prefetch in [0, 2] {
        let world = hanging().await;
        let token = CancellationToken::new();
        let pager = world.pager(Cursor::new("/data", "/next"));
        let mut items = pager.prefetch(prefetch).cancel_on(&token).items::<u32>();
        assert_eq!(soon(items.next_item()).await.unwrap(), Some(0));
        let waiting = tokio::spawn(async move { (items.next_item().await, items) });
        soon(world.here.server.wait_for_requests(2)).await;
        token.cancel();
        let (outcome, mut items) = soon(waiting).await.unwrap();
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        soon(world.here.server.wait_for_disconnects(1)).await;
        assert_eq!(items.next_item().await.unwrap(), None);
    }
}

#[tokio::test]
async fn cancelling_the_call_stops_the_page_that_is_loading() {
    let world = hanging().await;
    let token = CancellationToken::new();
    let request = world.here.client().get("items").cancel(&token);
    let mut items = request
        .paginate(Cursor::new("/data", "/next"))
        .items::<u32>();
    assert_eq!(soon(items.next_item()).await.unwrap(), Some(0));
    let waiting = tokio::spawn(async move { items.next_item().await });
    soon(world.here.server.wait_for_requests(2)).await;
    token.cancel();
    let error = soon(waiting).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    soon(world.here.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn dropping_the_stream_stops_what_is_loading_ahead() {
    for prefetch in [1, 4] {
        let world = hanging().await;
        let pager = world.pager(Cursor::new("/data", "/next"));
        let mut items = pager.prefetch(prefetch).items::<u32>();
        assert_eq!(soon(items.next_item()).await.unwrap(), Some(0));
        soon(world.here.server.wait_for_requests(2)).await;
        drop(items);
        soon(world.here.server.wait_for_disconnects(1)).await;
        assert_eq!(world.here.server.request_count(), 2);
    }
}

#[tokio::test]
async fn a_deadline_of_the_stream_ends_it() {
    let world = hanging().await;
    let pager = world.pager(Cursor::new("/data", "/next"));
    let mut items = pager.deadline(Duration::from_millis(500)).items::<u32>();
    assert_eq!(soon(items.next_item()).await.unwrap(), Some(0));
    let error = soon(items.next_item()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Deadline));
    soon(world.here.server.wait_for_disconnects(1)).await;
    assert_eq!(items.next_item().await.unwrap(), None);
}

//! Pages are loaded ahead, so many and no more, by a task that dies with the stream.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use paginate::{Cursor, Pager, PagingErrorKind};
use support::{Server, told};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

const PAGE: Duration = Duration::from_millis(50);

/// So many pages of two numbers each.
fn server(pages: u64) -> Server {
    Server::new(move |asked| {
        let page = asked.number("cursor", 1);
        let next = if page < pages {
            (page + 1).to_string()
        } else {
            "null".to_owned()
        };
        let (one, two) = (page * 2 - 1, page * 2);
        Ok(asked.page(format!(r#"{{"data": [{one}, {two}], "next": {next}}}"#)))
    })
}

fn pager(server: &Server) -> Pager<Server> {
    Pager::new(server.clone(), Cursor::new("/data", "/next"))
}

#[tokio::test(start_paused = true)]
async fn the_next_page_loads_while_the_current_one_is_consumed() {
    for (depth, milliseconds) in [(0, 1000), (1, 550), (3, 550)] {
        let begun = Instant::now();
        let mut pages = pager(&server(10).slow(PAGE)).prefetch(depth).pages();
        while let Some(page) = pages.next_page().await.unwrap() {
            assert_eq!(page.len(), 2);
            sleep(PAGE).await;
        }
        assert_eq!(
            begun.elapsed(),
            Duration::from_millis(milliseconds),
            "{depth}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_pages_are_loaded_ahead_and_no_more() {
    for depth in [0, 1, 3] {
        let server = server(100).slow(PAGE);
        let mut items = pager(&server).prefetch(depth).items::<u64>();
        sleep(Duration::from_secs(60)).await;
        assert_eq!(server.count(), 0, "none before the stream is polled");
        for taken in 1..=6 {
            assert_eq!(items.next_item().await.unwrap(), Some(taken * 2 - 1));
            assert_eq!(items.next_item().await.unwrap(), Some(taken * 2));
            sleep(Duration::from_secs(60)).await;
            assert_eq!(server.count() as u64, taken + depth as u64);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn with_the_stream_the_page_is_dropped_that_is_loading() {
    for depth in [0, 1, 3] {
        let server = server(100).slow(PAGE);
        let mut items = pager(&server).prefetch(depth).items::<u64>();
        let waited = tokio::time::timeout(PAGE / 2, items.next_item()).await;
        assert!(waited.is_err());
        assert_eq!((server.count(), server.dropped()), (1, 0));
        drop(items);
        yield_now().await;
        assert_eq!(server.dropped(), 1);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_a_page_loads_costs_neither_the_page_nor_the_request() {
    for depth in [0, 1] {
        let server = server(2).slow(PAGE);
        let mut items = pager(&server).prefetch(depth).items::<u64>();
        assert!(
            tokio::time::timeout(PAGE / 2, items.next_item())
                .await
                .is_err()
        );
        assert_eq!(told(items).await, ["1", "2", "3", "4"]);
        assert_eq!((server.count(), server.dropped()), (2, 0));
    }
}

#[tokio::test]
async fn a_source_that_panics_panics_where_the_stream_is_polled() {
    for depth in [0, 1] {
        let server = Server::new(|asked| match asked.before {
            0 => Ok(asked.page(r#"{"data": [1], "next": 2}"#)),
            _ => panic!("a bug of the source"),
        });
        let mut items = pager(&server).prefetch(depth).items::<u64>();
        assert_eq!(items.next_item().await.unwrap(), Some(1));
        let outcome = tokio::spawn(async move { items.next_item().await.map(|_| ()) }).await;
        let panic = outcome.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref(), Some(&"a bug of the source"));
    }
}

#[test]
fn outside_of_a_runtime_pages_load_when_they_are_asked_for() {
    let server = server(3);
    let mut items = pager(&server).prefetch(2).items::<u64>();
    for item in 1..=6 {
        let next = items.next_item().now_or_never().unwrap();
        assert_eq!(next.unwrap(), Some(item));
        assert_eq!(server.count() as u64, item.div_ceil(2));
    }
    assert!(items.next().now_or_never().unwrap().is_none());
}

#[test]
fn a_runtime_that_ends_is_no_end_of_the_list() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().build().unwrap()
    };
    let mut items = pager(&server(100)).prefetch(1).items::<u64>();
    let first = runtime().block_on(items.next_item());
    assert_eq!(first.unwrap(), Some(1));
    let told = runtime().block_on(told(items));
    let ends = "page 2: the task that loads pages was ended from outside";
    assert_eq!(told.last().unwrap(), ends);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_is_about_what_was_yielded_and_not_about_what_was_loaded() {
    let server = server(100);
    let mut items = pager(&server).prefetch(5).items::<u64>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.count(), 6);
    let resumed = pager(&server).resume(items.checkpoint()).unwrap();
    assert_eq!(resumed.items::<u64>().next_item().await.unwrap(), Some(2));
}

#[tokio::test]
async fn what_is_logged_while_a_page_loads_is_in_the_span_of_whoever_polls_the_stream() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    for depth in [0, 2] {
        let server = Server::new(|asked| {
            let span = tracing::Span::current();
            let name = span.metadata().map_or("none", tracing::Metadata::name);
            Ok(asked.page(format!(r#"{{"data": ["{name}"]}}"#)))
        });
        let mut spans = pager(&server).prefetch(depth).items::<String>();
        let span = tracing::error_span!("caller");
        let next = spans.next_item().instrument(span).await;
        assert_eq!(next.unwrap().as_deref(), Some("caller"));
    }
}

#[tokio::test]
async fn the_end_is_told_once_the_last_page_was_taken() {
    let mut pages = pager(&server(1)).prefetch(4).pages();
    assert!(pages.next_page().await.unwrap().is_some());
    for _ in 0..3 {
        assert!(pages.next_page().await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_late_can_be_asked_for_again() {
    for depth in [0, 1] {
        let server = server(1).slow(PAGE);
        let mut items = pager(&server)
            .prefetch(depth)
            .page_timeout(PAGE / 2)
            .items::<u64>();
        for failures in 1..=2 {
            let begun = Instant::now();
            let error = items.next_item().await.unwrap_err();
            assert!(matches!(error.kind(), PagingErrorKind::PageTimedOut));
            assert_eq!(begun.elapsed(), PAGE / 2);
            assert_eq!((server.count(), server.dropped()), (failures, failures));
        }
    }
}

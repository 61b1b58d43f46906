//! Deadlines, cancellation, and the pace between pages.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FusedStream;
use paginate::{Cursor, Pager, PagingErrorKind};
use support::{Failure, Server, all, told};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);

/// So many pages of two numbers each, which take a second each.
fn server(pages: u64) -> Server {
    let server = Server::new(move |asked| {
        let page = asked.number("cursor", 1);
        let next = if page < pages {
            (page + 1).to_string()
        } else {
            "null".to_owned()
        };
        let (one, two) = (page * 2 - 1, page * 2);
        let body = format!(r#"{{"data": [{one}, {two}], "next": {next}}}"#);
        Ok(asked.page_with("x-page", &page.to_string(), body))
    });
    server.slow(SECOND)
}

fn pager(server: &Server) -> Pager<Server> {
    Pager::new(server.clone(), Cursor::new("/data", "/next"))
}

fn is_cancelled(item: Option<Result<u64, Failure>>) -> bool {
    let error = item.unwrap().unwrap_err();
    matches!(error.kind(), PagingErrorKind::Cancelled)
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cancelled_drops_the_page_that_is_loading_and_ends() {
    for depth in [0, 2] {
        let (server, token) = (server(9), CancellationToken::new());
        let mut items = pager(&server).prefetch(depth).cancel_on(&token).items();
        let cancelling = async {
            sleep(SECOND / 2).await;
            token.cancel();
        };
        let (item, ()) = tokio::join!(items.next(), cancelling);
        assert!(is_cancelled(item));
        assert!(items.next().await.is_none());
        assert_eq!((server.count(), server.dropped()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_had_arrived_before_the_stream_was_cancelled_is_not_yielded_any_more() {
    for depth in [0, 2] {
        let (server, token) = (server(9), CancellationToken::new());
        let mut items = pager(&server)
            .prefetch(depth)
            .cancel_on(&token)
            .items::<u64>();
        assert_eq!(items.next_item().await.unwrap(), Some(1));
        token.cancel();
        assert!(is_cancelled(items.next().await));
        assert!(items.next().await.is_none());
        let resumed = pager(&server).resume(items.checkpoint()).unwrap();
        assert_eq!(resumed.items::<u64>().next_item().await.unwrap(), Some(2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cancelled_loads_nothing_ahead_even_if_nobody_polls_it() {
    let (server, token) = (server(100), CancellationToken::new());
    let mut items = pager(&server).prefetch(50).cancel_on(&token).items::<u64>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    sleep(SECOND * 3 + SECOND / 2).await;
    token.cancel();
    sleep(SECOND * 60).await;
    assert_eq!((server.count(), server.dropped()), (5, 1));
    assert!(is_cancelled(items.next().await));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_cancelled_before_lets_nothing_begin() {
    let (server, token) = (server(9), CancellationToken::new());
    token.cancel();
    let mut pages = pager(&server).cancel_on(&token).pages();
    let error = pages.next_page().await.unwrap_err();
    assert!(matches!(error.kind(), PagingErrorKind::Cancelled));
    assert_eq!(server.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_about_the_whole_stream_and_counts_from_when_it_is_polled() {
    for (depth, asked) in [(0, 3), (5, 3)] {
        let server = server(9);
        let pager = pager(&server).prefetch(depth).deadline(SECOND * 5 / 2);
        let items = pager.items::<u64>();
        sleep(SECOND * 60).await;
        let begun = Instant::now();
        let passed = "page 3: the deadline of the stream has passed";
        assert_eq!(told(items).await, ["1", "2", "3", "4", passed]);
        assert_eq!(begun.elapsed(), SECOND * 5 / 2);
        assert_eq!((server.count(), server.dropped()), (asked, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_in_which_items_are_consumed_counts_for_the_deadline() {
    let mut items = pager(&server(9)).deadline(SECOND * 5).items::<u64>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    sleep(SECOND * 10).await;
    let error = items.next_item().await.unwrap_err();
    assert!(matches!(error.kind(), PagingErrorKind::DeadlineExceeded));
    assert_eq!(items.next_item().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_beyond_all_time_is_none() {
    let items = pager(&server(2)).deadline(Duration::MAX).items::<u64>();
    assert_eq!(all(items).await, [1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn the_pause_is_between_pages_and_neither_before_the_first_nor_after_the_last() {
    for depth in [0, 1] {
        let begun = Instant::now();
        let pager = pager(&server(3)).prefetch(depth).pause(SECOND * 10);
        assert_eq!(all(pager.items::<u64>()).await.len(), 6);
        assert_eq!(begun.elapsed(), SECOND * (3 + 20));
    }
}

#[tokio::test(start_paused = true)]
async fn the_pace_may_follow_from_the_page() {
    let begun = Instant::now();
    let pager = pager(&server(3)).pace(|page| {
        let header = page.headers()["x-page"].to_str().unwrap();
        sleep(SECOND * header.parse().unwrap())
    });
    assert_eq!(all(pager.items::<u64>()).await.len(), 6);
    assert_eq!(begun.elapsed(), SECOND * (3 + 1 + 2));
}

#[tokio::test(start_paused = true)]
async fn a_wait_between_pages_ends_with_the_stream() {
    let token = CancellationToken::new();
    let pager = pager(&server(3)).pause(SECOND * 3600).cancel_on(&token);
    let mut items = pager.items::<u64>();
    for item in 1..=2 {
        assert_eq!(items.next_item().await.unwrap(), Some(item));
    }
    let begun = Instant::now();
    let cancelling = async {
        sleep(SECOND).await;
        token.cancel();
    };
    let (item, ()) = tokio::join!(items.next(), cancelling);
    assert!(is_cancelled(item));
    assert_eq!(begun.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_could_not_be_had_is_asked_for_again_without_another_wait() {
    let server = Server::new(|asked| match asked.before {
        1 => Err(Failure::Source("the network is down")),
        0 => Ok(asked.page(r#"{"data": [1], "next": 2}"#)),
        _ => Ok(asked.page(r#"{"data": [2]}"#)),
    });
    let mut items = pager(&server).pause(SECOND).items::<u8>();
    let begin = Instant::now();
    items.next_item().await.unwrap();
    items.next_item().await.unwrap_err();
    assert_eq!(items.next_item().await.unwrap(), Some(2));
    assert_eq!(begin.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_ended_says_so_and_stays_at_its_end() {
    for depth in [0, 2] {
        let mut items = pager(&server(1)).prefetch(depth).items::<u64>();
        let mut pages = pager(&server(1)).prefetch(depth).pages();
        for _ in 0..2 {
            assert!(!items.is_terminated());
            items.select_next_some().await.unwrap();
        }
        pages.select_next_some().await.unwrap();
        assert!(!items.is_terminated() && !pages.is_terminated());
        for _ in 0..2 {
            assert!(items.next().await.is_none() && items.is_terminated());
            assert!(pages.next().await.is_none() && pages.is_terminated());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_read_whole_in_time_ends_without_an_error_however_late_its_end_is_asked_for()
 {
    for depth in [0, 2] {
        let token = CancellationToken::new();
        let limited = || {
            let pager = pager(&server(2)).prefetch(depth);
            pager.deadline(3 * SECOND).cancel_on(&token)
        };
        let (mut items, mut pages) = (limited().items::<u64>(), limited().pages());
        for _ in 0..4 {
            items.next_item().await.unwrap();
        }
        for _ in 0..2 {
            pages.next_page().await.unwrap();
        }
        token.cancel();
        sleep(9 * SECOND).await;
        assert!(items.checkpoint().is_end() && pages.checkpoint().is_end());
        assert_eq!(items.next_item().await.unwrap(), None);
        assert!(pages.next_page().await.unwrap().is_none());
    }
}

//! What goes wrong, and how the stream goes on after it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::error::Error;
use std::time::Duration;

use futures_util::StreamExt;
use http::StatusCode;
use paginate::{Cursor, LinkHeader, NextUrl, Offset, Pager, PagingErrorKind};
use support::{Failure, Server, all, told};
use tokio::time::sleep;

/// Pages of two numbers each, five of them, by cursor. Some requests, counted from 0, fail.
fn failing_at<const N: usize>(requests: [usize; N]) -> Server {
    Server::new(move |asked| {
        if requests.contains(&asked.before) {
            return Err(Failure::Source("the network is down"));
        }
        let page = asked.number("cursor", 1);
        let next = if page < 5 { page + 1 } else { 0 };
        let next = if next == 0 {
            "null".to_owned()
        } else {
            next.to_string()
        };
        let (one, two) = (page * 2 - 1, page * 2);
        Ok(asked.page(format!(r#"{{"data": [{one}, {two}], "next": {next}}}"#)))
    })
}

fn cursor() -> Cursor {
    Cursor::new("/data", "/next")
}

#[tokio::test]
async fn after_an_error_the_same_page_is_asked_for_again_and_nothing_is_repeated_or_lost() {
    for depth in [0, 1, 3] {
        let server = failing_at([1, 2, 6]);
        let items = Pager::new(server.clone(), cursor())
            .prefetch(depth)
            .items::<u8>();
        let down = "the network is down";
        assert_eq!(
            told(items).await,
            [
                "1", "2", down, down, "3", "4", "5", "6", "7", "8", down, "9", "10"
            ]
        );
        assert_eq!(server.count(), 8);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_failed_is_not_asked_for_again_until_the_stream_is_polled() {
    let server = failing_at([2]);
    let mut items = Pager::new(server.clone(), cursor())
        .prefetch(3)
        .items::<u8>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(server.count(), 3);
    for item in 2..=4 {
        assert_eq!(items.next_item().await.unwrap(), Some(item));
    }
    assert!(items.next_item().await.is_err());
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(server.count(), 3);
    assert_eq!(all(items).await, [5, 6, 7, 8, 9, 10]);
}

#[tokio::test]
async fn whoever_takes_no_notice_of_errors_does_not_ask_for_ever() {
    for (depth, failures, asked) in [
        (0, None, 16),
        (2, None, 16),
        (0, Some(3), 3),
        (0, Some(0), 1),
    ] {
        let server = Server::new(|_| Err(Failure::Source("the network is down")));
        let mut pager = Pager::new(server.clone(), cursor()).prefetch(depth);
        if let Some(failures) = failures {
            pager = pager.max_failures(failures);
        }
        assert_eq!(told(pager.items::<u8>()).await.len(), asked);
        assert_eq!(server.count(), asked);
    }
}

#[tokio::test]
async fn failures_count_in_a_row() {
    let server = failing_at([0, 2, 4, 6]);
    let items = Pager::new(server, cursor()).max_failures(2).items::<u8>();
    assert_eq!(told(items).await.len(), 14);
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_told_with_its_number_and_costs_no_other() {
    for (body, error) in [
        (
            r#"{"next": 3}"#,
            "page 2: there is nothing where the items should be",
        ),
        (
            r#"{"data": {}, "next": 3}"#,
            "page 2: the items are no list",
        ),
        ("<html>", "page 2: the body is no JSON, at line 1 column 1"),
        ("", "page 2: the body is no JSON, at line 1 column 0"),
    ] {
        let server = Server::bodies([
            r#"{"data": [1], "next": 2}"#,
            body,
            r#"{"data": [2], "next": null}"#,
        ]);
        let items = Pager::new(server.clone(), cursor()).items::<u8>();
        assert_eq!(told(items).await, ["1", error, "2"]);
        assert_eq!(server.queries(), ["q=1", "q=1&cursor=2", "q=1&cursor=2"]);
    }
}

#[tokio::test]
async fn a_status_that_is_no_success_is_an_error() {
    let server = Server::new(|asked| {
        let page = asked.page(r#"{"data": [1]}"#);
        Ok(match asked.before {
            0 => page.with_status(StatusCode::NOT_MODIFIED),
            _ => page,
        })
    });
    let items = Pager::new(server, cursor()).items::<u8>();
    assert_eq!(told(items).await, ["page 1: the status is 304", "1"]);
}

#[tokio::test]
async fn the_items_of_a_page_come_before_what_is_wrong_with_its_cursor() {
    for depth in [0, 2] {
        let server = Server::bodies([
            r#"{"data": [1, 2], "next": [0]}"#,
            r#"{"data": [1, 2], "next": 2}"#,
            r#"{"data": [3], "next": null}"#,
        ]);
        let mut items = Pager::new(server.clone(), cursor())
            .prefetch(depth)
            .items::<u8>();
        assert_eq!(items.next_item().await.unwrap(), Some(1));
        assert_eq!(items.next_item().await.unwrap(), Some(2));
        let error = items.next_item().await.unwrap_err();
        assert!(matches!(error.kind(), PagingErrorKind::InvalidNext));
        // The page is asked for again, for its cursor alone.
        assert_eq!(all(items).await, [3]);
        assert_eq!(server.count(), 3);
    }
}

#[tokio::test]
async fn a_page_that_is_asked_for_again_for_its_cursor_is_not_yielded_again() {
    let server = Server::bodies([
        r#"{"data": [1, 2], "next": [0]}"#,
        r#"{"data": [1, 2], "next": 2}"#,
        r#"{"data": [3], "next": null}"#,
    ]);
    let mut pages = Pager::new(server, cursor()).pages();
    assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 2);
    assert!(pages.next_page().await.is_err());
    let last = pages.next_page().await.unwrap().unwrap();
    assert_eq!((last.number(), last.len()), (2, 1));
    assert!(pages.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn an_empty_page_that_leads_nowhere_is_told_once_and_asked_for_no_more_than_any_other() {
    let server = Server::bodies([r#"{"data": [], "next": [0]}"#]);
    let wrong = "page 1: what should lead to the next page can't be used";
    let items = Pager::new(server.clone(), cursor()).items::<u8>();
    assert_eq!(told(items).await, [wrong; 16]);
    assert_eq!(server.count(), 16);
    let pages = Pager::new(server, cursor()).max_failures(3).pages();
    let told = told(pages.map(|page| page.map(|page| page.number()))).await;
    assert_eq!(told, ["1", wrong, wrong, wrong]);
}

#[tokio::test]
async fn an_item_that_cannot_be_decoded_ends_the_stream_unless_it_goes_on() {
    let bodies = [
        r#"{"data": [1, "hunter2", 3], "next": 2}"#,
        r#"{"data": [4, {}], "next": null}"#,
    ];
    let bad = |page, index| format!("page {page}: item {index} can't be decoded");
    let items = Pager::new(Server::bodies(bodies), cursor()).items::<u8>();
    assert_eq!(told(items).await, ["1", &bad(1, 1)]);
    let items = Pager::new(Server::bodies(bodies), cursor()).continue_after_bad_items(true);
    let all = ["1", &bad(1, 1), "3", "4", &bad(2, 1)];
    assert_eq!(told(items.items::<u8>()).await, all);
}

#[tokio::test]
async fn an_item_that_cannot_be_decoded_keeps_what_it_holds_to_itself() {
    let server = Server::bodies([r#"{"data": ["hunter2"]}"#]);
    let error = Pager::new(server, cursor())
        .items::<u8>()
        .next_item()
        .await
        .unwrap_err();
    let Failure::Paging(error) = error else {
        panic!("{error:?}")
    };
    assert!(matches!(
        error.kind(),
        PagingErrorKind::InvalidItem { index: 0, .. }
    ));
    let source = error.source().unwrap();
    assert_eq!(source.to_string(), "it does not have the expected form");
    assert!(!format!("{error:?} {error} {source}").contains("hunter2"));
}

#[tokio::test]
async fn an_endless_list_ends_at_the_limit_of_pages() {
    let server = Server::new(|asked| {
        let page = asked.number("cursor", 1);
        Ok(asked.page(format!(r#"{{"data": [{page}], "next": {}}}"#, page + 1)))
    });
    for depth in [0, 2] {
        let items = Pager::new(server.clone(), cursor())
            .prefetch(depth)
            .max_pages(3);
        let told = told(items.items::<u8>()).await;
        assert_eq!(told, ["1", "2", "3", "page 4: there are more than 3 pages"]);
    }
    assert_eq!(server.count(), 6);
    let whole = Pager::new(failing_at([]), cursor())
        .max_pages(5)
        .items::<u8>();
    assert_eq!(all(whole).await.len(), 10);
}

#[tokio::test]
async fn so_many_items_are_yielded_and_no_more() {
    for (limit, yielded) in [(0, 0), (1, 1), (4, 4), (5, 5), (9, 9)] {
        let items = Pager::new(failing_at([]), cursor())
            .max_items(limit)
            .items::<u8>();
        let told = told(items).await;
        assert_eq!(told.len(), yielded + 1);
        let error = format!("there are more than {limit} items");
        assert!(told[yielded].ends_with(&error), "{told:?}");
    }
    let whole = Pager::new(failing_at([]), cursor())
        .max_items(10)
        .items::<u8>();
    assert_eq!(all(whole).await.len(), 10);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let body = r#"{"data": [1]}"#;
    let items = Pager::new(Server::bodies([body]), cursor()).max_page_bytes(body.len());
    assert_eq!(all(items.items::<u8>()).await, [1]);
    let items = Pager::new(Server::bodies([body]), cursor()).max_page_bytes(body.len() - 1);
    let error = items.items::<u8>().next_item().await.unwrap_err();
    assert!(matches!(
        error.kind(),
        PagingErrorKind::PageTooLarge { limit: 12 }
    ));
}

#[tokio::test]
async fn a_cursor_that_is_too_long_is_refused_after_the_items() {
    for (bytes, is_refused) in [
        (8 * 1024 - "cursor".len(), false),
        (8 * 1024, true),
        (10 << 20, true),
    ] {
        let server = Server::new(move |asked| {
            let next = match asked.before {
                0 => format!("\"{}\"", "x".repeat(bytes)),
                _ => "null".to_owned(),
            };
            Ok(asked.page(format!(r#"{{"data": [1], "next": {next}}}"#)))
        });
        let mut items = Pager::new(server.clone(), cursor()).items::<u8>();
        assert_eq!(items.next_item().await.unwrap(), Some(1));
        let next = items.next_item().await;
        let refused = next.as_ref().err().map(Failure::kind);
        assert_eq!(
            matches!(refused, Some(PagingErrorKind::NextTooLong { limit: 8192 })),
            is_refused,
            "{bytes}"
        );
    }
}

#[tokio::test]
async fn a_link_that_is_too_long_is_refused() {
    let link = format!("/{}", "x".repeat(8192));
    let server =
        Server::new(move |asked| Ok(asked.page(format!(r#"{{"data": [1], "next": "{link}"}}"#))));
    let style = NextUrl::new("/data", "/next");
    let told = told(Pager::new(server, style).max_failures(1).items::<u8>()).await;
    assert_eq!(
        told[1],
        "page 1: what leads to the next page is longer than 8192 bytes"
    );
}

#[tokio::test]
async fn a_page_that_was_there_before_is_not_asked_for_again() {
    let circle = |pages: u64| {
        Server::new(move |asked| {
            let page = asked.number("cursor", 1);
            let next = page % pages + 1;
            Ok(asked.page(format!(r#"{{"data": [{page}], "next": {next}}}"#)))
        })
    };
    for pages in [1, 2, 5] {
        let server = circle(pages);
        let items = Pager::new(server.clone(), cursor())
            .max_failures(1)
            .items::<u8>();
        let told = told(items).await;
        let asked = usize::try_from(pages).unwrap() + 1;
        // The first page by the caller's own request, then by its cursor.
        assert_eq!(server.count(), asked);
        assert_eq!(told.len(), asked + 1);
        assert_eq!(
            told[asked],
            format!("page {asked}: the next page was there before")
        );
    }
}

#[tokio::test]
async fn a_link_to_the_page_itself_is_a_circle() {
    for link in [support::URL, "", "?q=1", "/list?q=1#part"] {
        let server = Server::new(move |asked| {
            Ok(asked.page_with("link", &format!("<{link}>; rel=next"), "[1]"))
        });
        let items = Pager::new(server.clone(), LinkHeader::new(""))
            .max_failures(1)
            .items::<u8>();
        let told = told(items).await;
        assert_eq!(
            told,
            ["1", "page 1: the next page was there before"],
            "{link:?}"
        );
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn empty_pages_that_lead_on_are_passed_within_their_limit() {
    let server = |empty: u64| {
        Server::new(move |asked| {
            let page = asked.number("cursor", 0);
            let data = if page < empty { "" } else { "7" };
            let next = if page <= empty {
                (page + 1).to_string()
            } else {
                "null".to_owned()
            };
            Ok(asked.page(format!(r#"{{"data": [{data}], "next": {next}}}"#)))
        })
    };
    let items = Pager::new(server(32), cursor()).items::<u8>();
    assert_eq!(told(items).await, ["7", "7"]);
    let items = Pager::new(server(33), cursor()).items::<u8>();
    let told = told(items).await;
    assert_eq!(told, ["page 34: more than 32 pages in a row are empty"]);
}

#[tokio::test]
async fn empty_pages_count_in_a_row() {
    let server = Server::new(|asked| {
        let page = asked.number("cursor", 0);
        let data = if page % 3 == 2 { "7" } else { "" };
        let next = if page < 8 {
            (page + 1).to_string()
        } else {
            "null".to_owned()
        };
        Ok(asked.page(format!(r#"{{"data": [{data}], "next": {next}}}"#)))
    });
    let items = Pager::new(server, cursor())
        .max_empty_pages(2)
        .items::<u8>();
    assert_eq!(all(items).await, [7, 7, 7]);
}

#[tokio::test]
async fn a_link_to_another_origin_is_refused_and_asked_for_nothing() {
    let server =
        Server::new(|asked| Ok(asked.page_with("link", "<//evil.test/list>; rel=next", "[1]")));
    let items = Pager::new(server.clone(), LinkHeader::new(""))
        .max_failures(1)
        .items::<u8>();
    assert_eq!(told(items).await, ["1", "page 1: the next link is refused"]);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn an_error_of_a_streams_end_is_told_once() {
    let mut items = Pager::new(failing_at([]), Offset::new("/data"))
        .max_pages(1)
        .items::<u8>();
    let (mut errors, mut ends) = (0, 0);
    for _ in 0..10 {
        match items.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => errors += 1,
            None => ends += 1,
        }
    }
    assert_eq!((errors, ends), (1, 7));
}

#[tokio::test]
async fn an_item_whose_key_is_long_or_breaks_lines_makes_no_long_text_and_no_second_line() {
    type Counts = std::collections::HashMap<String, u8>;
    let key = format!("a\\nb{}", "x".repeat(1_000_000));
    let body = format!(r#"{{"data": [{{"{key}": "no number"}}]}}"#);
    let server = Server::new(move |asked| Ok(asked.page(body.clone())));
    let mut items = Pager::new(server, Cursor::new("/data", "/next")).items::<Counts>();
    let error = items.next_item().await.unwrap_err();
    let PagingErrorKind::InvalidItem { source, .. } = error.kind() else {
        panic!("{:?}", error.kind());
    };
    let text = source.to_string();
    assert!(text.len() < 1000, "{}", text.len());
    assert!(!text.contains('\n'));
}

#[tokio::test]
async fn an_empty_page_does_not_hide_the_page_of_the_item_that_was_yielded_last() {
    let server = Server::new(|asked| match asked.before {
        0 => Ok(asked.page(r#"{"data": [1], "next": 2, "total": 2}"#)),
        1 => Ok(asked.page(r#"{"data": [], "next": 3}"#)),
        _ => Err(Failure::Source("the network is down")),
    });
    let mut items = Pager::new(server, cursor().total("/total")).items::<u8>();
    items.next_item().await.unwrap();
    items.next_item().await.unwrap_err();
    let page = items.page().unwrap();
    assert_eq!((page.number(), page.total()), (1, Some(2)));
}

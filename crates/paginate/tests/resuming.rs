//! Checkpoints, and what can't be resumed.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use paginate::{
    Checkpoint, CheckpointError, Cursor, LinkHeader, NextUrl, Offset, OtherOrigins, PageNumber,
    Pager, PagingErrorKind,
};
use serde_json::{Value, json};
use support::{Server, all, told};

/// Pages of two numbers each, five of them, by cursor.
fn server() -> Server {
    Server::new(|asked| {
        let page = asked.number("cursor", 1);
        let next = if page < 5 {
            (page + 1).to_string()
        } else {
            "null".to_owned()
        };
        let (one, two) = (page * 2 - 1, page * 2);
        Ok(asked.page(format!(
            r#"{{"data": [{one}, {two}], "next": {next}, "total": 10}}"#
        )))
    })
}

fn pager(server: &Server) -> Pager<Server> {
    Pager::new(
        server.clone(),
        Cursor::new("/data", "/next").total("/total"),
    )
}

fn stored(checkpoint: &Checkpoint) -> Value {
    serde_json::to_value(checkpoint).unwrap()
}

#[tokio::test]
async fn a_checkpoint_is_small_and_asks_for_no_page_that_is_done() {
    let server = server();
    let mut items = pager(&server).items::<u8>();
    for item in 1..=4 {
        assert_eq!(items.next_item().await.unwrap(), Some(item));
    }
    let checkpoint = items.checkpoint();
    assert_eq!(
        stored(&checkpoint),
        json!({"version": 1, "style": "cursor", "position": {
            "request": {"url": null, "without_credentials": false, "query": [["cursor", "3"]], "headers": [], "json": []},
            "page": 3, "items_before": 4, "index": 0}})
    );
    let asked = server.count();
    let resumed = pager(&server).resume(checkpoint).unwrap();
    assert_eq!(all(resumed.items::<u8>()).await, [5, 6, 7, 8, 9, 10]);
    assert_eq!(server.count(), asked + 3);
}

#[tokio::test]
async fn a_stream_that_was_resumed_counts_pages_on() {
    let server = server();
    let mut items = pager(&server).items::<u8>();
    for _ in 0..3 {
        items.next_item().await.unwrap();
    }
    let mut resumed = pager(&server)
        .resume(items.checkpoint())
        .unwrap()
        .items::<u8>();
    assert!(resumed.page().is_none());
    assert_eq!(resumed.next_item().await.unwrap(), Some(4));
    let page = resumed.page().unwrap();
    assert_eq!((page.number(), page.len(), page.total()), (2, 1, Some(10)));
}

#[tokio::test]
async fn a_checkpoint_of_the_beginning_and_one_of_the_end_are_what_they_say() {
    let server = server();
    let mut items = pager(&server).items::<u8>();
    let first = items.checkpoint();
    assert!(!first.is_end());
    while items.next_item().await.unwrap().is_some() {}
    let last = items.checkpoint();
    assert!(last.is_end());
    let again = pager(&server).resume(first).unwrap();
    assert_eq!(all(again.items::<u8>()).await.len(), 10);
    let nothing = pager(&server).resume(last).unwrap();
    let asked = server.count();
    assert!(all(nothing.items::<u8>()).await.is_empty());
    assert_eq!(server.count(), asked);
}

#[tokio::test]
async fn after_an_item_that_cannot_be_decoded_the_checkpoint_is_before_it_or_after_if_the_stream_goes_on()
 {
    let bodies = [r#"{"data": [1, "bad", 3]}"#];
    let bad = "page 1: item 1 can't be decoded";
    for (continues, rest) in [(false, vec![bad]), (true, vec!["3"])] {
        let pager = || {
            let pager = Pager::new(Server::bodies(bodies), Cursor::new("/data", "/next"));
            pager.continue_after_bad_items(continues)
        };
        let mut items = pager().items::<u8>();
        items.next_item().await.unwrap();
        items.next_item().await.unwrap_err();
        let resumed = pager().resume(items.checkpoint()).unwrap();
        assert_eq!(told(resumed.items::<u8>()).await, rest);
    }
}

#[tokio::test]
async fn whole_pages_have_checkpoints_between_them() {
    let server = server();
    let mut pages = pager(&server).pages();
    pages.next_page().await.unwrap();
    let resumed = pager(&server).resume(pages.checkpoint()).unwrap();
    assert_eq!(
        resumed.pages().next_page().await.unwrap().unwrap().number(),
        2
    );
}

#[tokio::test]
async fn a_checkpoint_at_the_limit_of_items_goes_on_behind_it() {
    let server = server();
    let mut items = pager(&server).max_items(3).items::<u8>();
    for _ in 0..3 {
        items.next_item().await.unwrap();
    }
    items.next_item().await.unwrap_err();
    let resumed = pager(&server).resume(items.checkpoint()).unwrap();
    assert_eq!(resumed.items::<u8>().next_item().await.unwrap(), Some(4));
}

#[tokio::test]
async fn after_failures_that_ended_the_stream_it_can_be_resumed() {
    let down = Server::new(|_| Err(support::Failure::Source("down")));
    let mut items = Pager::new(down, Cursor::new("/data", "/next").total("/total"))
        .max_failures(1)
        .items::<u8>();
    items.next_item().await.unwrap_err();
    assert_eq!(items.next_item().await.unwrap(), None);
    assert!(!items.checkpoint().is_end());
}

#[test]
fn a_checkpoint_of_another_way_of_paging_is_refused() {
    let offset = Pager::new(server(), Offset::new("/data")).items::<u8>();
    let error = pager(&server()).resume(offset.checkpoint()).unwrap_err();
    assert_eq!(error, CheckpointError::Style);
}

#[test]
fn a_checkpoint_of_another_version_is_refused_whatever_its_form() {
    let mut other = stored(&pager(&server()).items::<u8>().checkpoint());
    other["version"] = json!(2);
    other["position"] = json!({"a": "later form"});
    let other: Checkpoint = serde_json::from_value(other).unwrap();
    let error = pager(&server()).resume(other).unwrap_err();
    assert_eq!(error, CheckpointError::Version { found: 2 });
}

#[test]
fn a_checkpoint_that_is_not_whole_is_no_end_of_the_list() {
    for text in [
        r#"{"version": 1, "style": "cursor"}"#,
        r#"{"version": 1, "style": "cursor", "position": {"request": {}}}"#,
    ] {
        let checkpoint = serde_json::from_str(text).unwrap();
        let error = pager(&server()).resume(checkpoint).unwrap_err();
        assert_eq!(error, CheckpointError::Incomplete, "{text}");
    }
}

#[tokio::test]
async fn a_checkpoint_may_say_any_number() {
    for depth in [0, 1] {
        let text = r#"{"version": 1, "style": "cursor", "position": {"request": {},
            "page": 18446744073709551615, "items_before": 18446744073709551615, "index": 18446744073709551615}}"#;
        let checkpoint = serde_json::from_str(text).unwrap();
        let resumed = pager(&server()).prefetch(depth).resume(checkpoint).unwrap();
        assert_eq!(all(resumed.items::<u8>()).await, [3, 4, 5, 6, 7, 8, 9, 10]);
    }
}

#[test]
fn what_is_no_checkpoint_cannot_be_read() {
    for text in [
        "null",
        "{}",
        r#"{"version": 1, "style": "cursor", "position": {"request": {"url": "no url"}}}"#,
        r#"{"version": 1, "style": "cursor", "position": {"request": {"headers": [["a b", "c"]]}}}"#,
        r#"{"version": 1, "style": "cursor", "position": {"request": {"headers": [["a", "b\nc"]]}}}"#,
        r#"{"version": 1, "style": "cursor", "position": {"index": -1}}"#,
    ] {
        assert!(serde_json::from_str::<Checkpoint>(text).is_err(), "{text}");
    }
}

#[test]
fn a_checkpoint_that_leads_to_another_origin_with_credentials_is_refused() {
    let made = |request: Value| {
        let stored = json!({"version": 1, "style": "next-url", "position": {
            "request": request, "page": 2, "index": 0}});
        serde_json::from_value::<Checkpoint>(stored).unwrap()
    };
    let resume = |request| {
        let pager = Pager::new(server(), NextUrl::new("/data", "/next"));
        pager.resume(made(request)).map(|_| ())
    };
    assert_eq!(resume(json!({"url": "https://api.test/other"})), Ok(()));
    for url in [
        "https://evil.test/",
        "http://api.test/",
        "https://api.test:444/",
        "file:///etc",
    ] {
        let refused = resume(json!({"url": url}));
        assert_eq!(refused, Err(CheckpointError::OtherOrigin), "{url}");
    }
}

#[tokio::test]
async fn what_was_left_behind_stays_behind_when_a_stream_is_resumed() {
    let server = Server::new(|asked| {
        Ok(match asked.before {
            0 => asked.page_with("link", "<https://files.test/2>; rel=next", "[1]"),
            1 => asked.page_with("link", "<https://api.test/3>; rel=next", "[2]"),
            _ => asked.page("[3]"),
        })
    });
    let pager = || {
        let pager = Pager::new(server.clone(), LinkHeader::new(""));
        pager.other_origins(OtherOrigins::WithoutCredentials)
    };
    let mut items = pager().items::<u8>();
    items.next_item().await.unwrap();
    let away = stored(&items.checkpoint());
    assert_eq!(away["position"]["request"]["without_credentials"], true);
    let checkpoint = serde_json::from_value(away).unwrap();
    let mut items = pager().resume(checkpoint).unwrap().items::<u8>();
    assert_eq!(items.next_item().await.unwrap(), Some(2));
    let back = stored(&items.checkpoint());
    assert_eq!(back["position"]["request"]["url"], "https://api.test/3");
    assert_eq!(back["position"]["request"]["without_credentials"], true);
}

#[tokio::test]
async fn a_checkpoint_that_leads_to_where_the_stream_may_go_no_more_is_refused() {
    let server =
        Server::new(|asked| Ok(asked.page_with("link", "<https://files.test/2>; rel=next", "[1]")));
    let pager = || Pager::new(server.clone(), LinkHeader::new(""));
    let anywhere = pager().other_origins(OtherOrigins::WithoutCredentials);
    let mut items = anywhere.items::<u8>();
    items.next_item().await.unwrap();
    let away = items.checkpoint();

    let mut items = pager().resume(away).unwrap().items::<u8>();
    let error = items.next_item().await.unwrap_err();
    assert!(matches!(error.kind(), PagingErrorKind::LinkRefused(_)));
    assert!(items.next_item().await.unwrap().is_none());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn neither_a_checkpoint_nor_a_stream_shows_a_cursor() {
    let server = Server::bodies([r#"{"data": [1], "next": "hunter2"}"#]);
    let pager = pager(&server);
    let pager_shown = format!("{pager:?}");
    let mut items = pager.items::<u8>();
    items.next_item().await.unwrap();
    let shown = format!("{items:?} {:?} {:?}", items.checkpoint(), items.page());
    for shown in [pager_shown, shown] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

/// A hundred numbers, `size` of them on a page.
fn hundred(position: fn(&support::Asked, u64) -> u64) -> Server {
    Server::new(move |asked| {
        let size = asked.number("size", 10);
        let start = position(asked, size).min(100);
        let items: Vec<_> = (start..(start + size).min(100)).collect();
        Ok(asked.page(serde_json::to_string(&items).unwrap()))
    })
}

#[tokio::test]
async fn a_list_that_is_resumed_with_another_page_size_is_read_whole_and_once() {
    for (before, after) in [(10, 25), (25, 10)] {
        for stops in [false, true] {
            let numbered = hundred(|asked, size| (asked.number("page", 1) - 1) * size);
            let pager = |size| {
                let style = PageNumber::new("").page_size("size", size);
                Pager::new(numbered.clone(), style.stop_at_short_page(stops))
            };
            let mut read = pager(before).items::<u8>();
            for _ in 0..before + 3 {
                read.next_item().await.unwrap();
            }
            let resumed = pager(after).resume(read.checkpoint()).unwrap();
            let rest: Vec<u8> = (u8::try_from(before).unwrap() + 3..100).collect();
            assert_eq!(
                all(resumed.items::<u8>()).await,
                rest,
                "pages, {before}, {stops}"
            );

            let offset = hundred(|asked, _| asked.number("offset", 0));
            let pager = |size| {
                let style = Offset::new("").page_size("size", size);
                Pager::new(offset.clone(), style.stop_at_short_page(stops))
            };
            let mut read = pager(before).items::<u8>();
            for _ in 0..before + 3 {
                read.next_item().await.unwrap();
            }
            let resumed = pager(after).resume(read.checkpoint()).unwrap();
            assert_eq!(
                all(resumed.items::<u8>()).await,
                rest,
                "offset, {before}, {stops}"
            );
        }
    }
}

/// Those that write no names read fields by their order.
#[tokio::test]
async fn a_checkpoint_has_all_its_fields_so_that_it_can_be_stored_in_any_format() {
    fn shape(value: &Value) -> Vec<String> {
        let fields = value.as_object().unwrap();
        let below = fields.iter().filter(|(_, value)| value.is_object());
        let below = below.flat_map(|(_, value)| shape(value));
        fields.keys().cloned().chain(below).collect()
    }
    let by_cursor = pager(&server()).items::<u8>().checkpoint();
    let by_link = {
        let page = r#"{"data": [1], "next": "/list?page=2"}"#;
        let mut items =
            Pager::new(Server::bodies([page]), NextUrl::new("/data", "/next")).items::<u8>();
        items.next_item().await.unwrap();
        items.checkpoint()
    };
    assert_eq!(shape(&stored(&by_cursor)), shape(&stored(&by_link)));
}

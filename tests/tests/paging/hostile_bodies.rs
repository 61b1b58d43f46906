//! What a server can put into a page to confuse a reader, or to keep it for ever.

use facade::paginate::{Cursor, Keyset, NextUrl, Offset, PageNumber, PagingErrorKind};
use facade::{BodyTooLarge, ErrorKind};
use stack_tests::chain;
use testkit::Reply;

use crate::world::{Outcome, World, cursor, page};

const MIB: usize = 1024 * 1024;

/// A page that comes as the answer to every request, and what becomes of it.
struct Case {
    sent: &'static str,
    reply: Reply,
    kind: ErrorKind,
    is_wrong: fn(&PagingErrorKind) -> bool,
    items: &'static [u32],
    requests: usize,
}

impl Case {
    /// A page that is refused before any item of it.
    fn refused(sent: &'static str, reply: Reply, is_wrong: fn(&PagingErrorKind) -> bool) -> Self {
        Self {
            sent,
            reply,
            kind: ErrorKind::Decode,
            is_wrong,
            items: &[],
            requests: 1,
        }
    }

    /// A page whose two items are good, and from which nothing leads on.
    fn leads_nowhere(
        sent: &'static str,
        next: &str,
        is_wrong: fn(&PagingErrorKind) -> bool,
    ) -> Self {
        Self {
            sent,
            reply: page("[1,2]", next),
            kind: ErrorKind::Paging,
            is_wrong,
            items: &[1, 2],
            requests: 1,
        }
    }

    /// A page that leads to itself.
    fn circle(sent: &'static str, next: &str) -> Self {
        Self {
            is_wrong: |kind| matches!(kind, PagingErrorKind::Loop),
            ..Self::leads_nowhere(sent, next, |_| false)
        }
    }

    #[track_caller]
    fn check(&self, outcome: &Outcome) {
        let error = outcome.error.as_ref().expect(self.sent);
        assert_eq!(error.kind(), self.kind, "{}: {error:?}", self.sent);
        let wrong = outcome.wrong().expect(self.sent);
        assert!((self.is_wrong)(wrong), "{}: {wrong:?}", self.sent);
        assert_eq!(outcome.items, self.items, "{}", self.sent);
        assert_eq!(outcome.requests, self.requests, "{}", self.sent);
        let shown = chain(error).map(|error| format!("{error} {error:?}"));
        let shown: String = shown.collect();
        assert!(!shown.contains("hunter2"), "{}: {shown}", self.sent);
    }
}

fn invalid_json(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::InvalidJson { .. })
}

fn missing_items(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::MissingItems)
}

fn no_list(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::ItemsNotAList)
}

fn invalid_item(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::InvalidItem { index: 0, .. })
}

fn invalid_next(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::InvalidNext)
}

fn too_long(kind: &PagingErrorKind) -> bool {
    matches!(kind, PagingErrorKind::NextTooLong { limit: 8192 })
}

fn json(body: impl Into<String>) -> Reply {
    Reply::json(200, body.into())
}

#[tokio::test]
async fn a_page_that_is_none_is_a_typed_error() {
    let world = World::start().await;
    for case in [
        Case::refused("nothing", json(""), invalid_json),
        Case::refused("half a page", json(r#"{"data":[1,"hunter2"#), invalid_json),
        Case::refused(
            "a login page",
            Reply::status(200).body("<html>hunter2</html>"),
            invalid_json,
        ),
        Case::refused(
            "two pages",
            json(r#"{"data":[1]}{"data":[2]}"#),
            invalid_json,
        ),
        Case::refused(
            "a page that is too deep",
            json("[".repeat(200_000)),
            invalid_json,
        ),
        Case::refused("a list in place of an object", json("[1,2]"), missing_items),
        Case::refused(
            "a text in place of an object",
            json("\"hunter2\""),
            missing_items,
        ),
        Case::refused("null", json("null"), missing_items),
        Case::refused("no items", json(r#"{"items":["hunter2"]}"#), missing_items),
        Case::refused(
            "items that are an object",
            page(r#"{"0":"hunter2"}"#, "null"),
            no_list,
        ),
        Case::refused(
            "items that are a text",
            page("\"hunter2\"", "null"),
            no_list,
        ),
        Case::refused("items that are a number", page("7", "null"), no_list),
        Case::refused(
            "an item of the wrong type",
            page(r#"["hunter2"]"#, "null"),
            invalid_item,
        ),
        Case::refused("an item out of range", page("[-1]", "null"), invalid_item),
        Case::refused(
            "an item that is too deep",
            page(
                &format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000)),
                "null",
            ),
            invalid_item,
        ),
    ] {
        let reply = case.reply.clone();
        world.answers(move |_| reply.clone());
        case.check(&world.read(world.pager(Cursor::new("/data", "/next"))).await);
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_or_leads_in_a_circle_is_a_typed_error() {
    let world = World::start().await;
    let long = format!("\"{}\"", "a".repeat(10 * MIB));
    let digits = "9".repeat(10 * MIB);
    for case in [
        Case::leads_nowhere("a cursor that is a list", r#"["hunter2"]"#, invalid_next),
        Case::leads_nowhere(
            "a cursor that is an object",
            r#"{"a":"hunter2"}"#,
            invalid_next,
        ),
        Case::leads_nowhere("a cursor that is true", "true", invalid_next),
        Case::leads_nowhere("half a character", r#""\ud800""#, invalid_next),
        Case::leads_nowhere("a cursor of 10 MiB", &long, too_long),
        Case::leads_nowhere("a number of 10 MiB", &digits, too_long),
    ] {
        let reply = case.reply.clone();
        world.answers(move |_| reply.clone());
        case.check(&world.read(world.pager(Cursor::new("/data", "/next"))).await);
    }
    let case = Case {
        items: &[1, 2, 1, 2],
        requests: 2,
        ..Case::circle("the same cursor again", "\"hunter2\"")
    };
    let reply = case.reply.clone();
    world.answers(move |_| reply.clone());
    case.check(&world.read(world.pager(Cursor::new("/data", "/next"))).await);
}

#[tokio::test]
async fn a_cursor_may_hold_anything_and_changes_nothing_but_its_parameter() {
    let world = World::start().await;
    let cursor = r#""a&limit=9#/../?x=ü\u0000\n%00 +""#;
    world.answers(move |request| {
        let is_first = request.query() == Some("q=1&limit=2");
        page("[1]", if is_first { cursor } else { "null" })
    });
    let request = world
        .here
        .client()
        .get("items")
        .query(&[("q", "1"), ("limit", "2")]);
    let outcome = world
        .read(request.paginate(Cursor::new("/data", "/next")))
        .await;
    assert!(outcome.error.is_none(), "{outcome:?}");
    let asked = world.here.server.requests();
    let [_, second] = &asked[..] else {
        panic!("{asked:?}");
    };
    let encoded = "q=1&limit=2&cursor=a%26limit%3D9%23%2F..%2F%3Fx%3D%C3%BC%00%0A%2500+%2B";
    assert_eq!(second.query(), Some(encoded));
    assert_eq!(second.path(), "/items");
}

#[tokio::test]
async fn a_key_that_is_missing_or_comes_again_is_a_typed_error() {
    let world = World::start().await;
    let keyset = || Keyset::new("/data", "/id");
    world.answers(|_| page(r#"[{"id":1},{"name":"hunter2"}]"#, "null"));
    let mut stream = world.pager(keyset()).items::<serde_json::Value>();
    assert!(stream.next_item().await.unwrap().is_some());
    assert!(stream.next_item().await.unwrap().is_some());
    let error = stream.next_item().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);

    world.answers(|_| page(r#"[{"id":1}]"#, "null"));
    let mut stream = world.pager(keyset()).items::<serde_json::Value>();
    assert!(stream.next_item().await.unwrap().is_some());
    assert!(stream.next_item().await.unwrap().is_some());
    let error = stream.next_item().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
}

#[tokio::test]
async fn pages_without_end_end_at_the_limits() {
    let world = World::start().await;
    world.answers(|request| {
        let number = cursor(request);
        page(&format!("[{number}]"), &(number + 1).to_string())
    });
    let endless = || world.pager(Cursor::new("/data", "/next"));

    let outcome = world.read(endless().max_pages(50)).await;
    assert_eq!(outcome.items, (0..50).collect::<Vec<_>>());
    assert_eq!(outcome.requests, 50);
    let wrong = outcome.wrong().unwrap();
    assert!(
        matches!(wrong, PagingErrorKind::TooManyPages { limit: 50 }),
        "{wrong:?}"
    );

    let outcome = world.read(endless().max_items(7)).await;
    assert_eq!(outcome.items, (0..7).collect::<Vec<_>>());
    assert_eq!(outcome.error.as_ref().unwrap().kind(), ErrorKind::Paging);
    let wrong = outcome.wrong().unwrap();
    assert!(
        matches!(wrong, PagingErrorKind::TooManyItems { limit: 7 }),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn empty_pages_without_end_end_at_the_limit_and_a_few_are_passed_over() {
    let world = World::start().await;
    world.answers(|request| page("[]", &(cursor(request) + 1).to_string()));
    let endless = world.pager(Cursor::new("/data", "/next"));
    let outcome = world.read(endless).await;
    assert!(outcome.items.is_empty());
    assert_eq!(outcome.requests, 33);
    let wrong = outcome.wrong().unwrap();
    assert!(
        matches!(wrong, PagingErrorKind::TooManyEmptyPages { limit: 32 }),
        "{wrong:?}"
    );

    world.answers(|request| match cursor(request) {
        0..20 => page("[]", &(cursor(request) + 1).to_string()),
        _ => page("[7]", "null"),
    });
    let outcome = world.read(world.pager(Cursor::new("/data", "/next"))).await;
    assert!(outcome.error.is_none(), "{outcome:?}");
    assert_eq!((outcome.items, outcome.requests), (vec![7], 21));
}

#[tokio::test]
async fn the_same_page_for_every_number_ends_at_the_limits() {
    let world = World::start().await;
    world.answers(|_| page("[1]", "null"));
    for pager in [
        world.pager(PageNumber::new("/data")),
        world.pager(Offset::new("/data")),
    ] {
        let outcome = world.read(pager.max_pages(20)).await;
        assert_eq!((outcome.items.len(), outcome.requests), (20, 20));
        let wrong = outcome.wrong().unwrap();
        assert!(
            matches!(wrong, PagingErrorKind::TooManyPages { limit: 20 }),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_page_without_end_is_given_up_at_its_limit() {
    let world = World::start().await;
    let chunk = "1,".repeat(64 * 1024);
    world.answers(move |_| {
        let head = Reply::status(200).chunk("{\"data\":[");
        head.chunk(chunk.clone()).then_repeat()
    });
    let pager = || world.pager(Cursor::new("/data", "/next"));
    let request = || world.here.client().get("items").body_limit(200_000);
    let limited = || request().paginate(Cursor::new("/data", "/next"));
    for (pager, limit) in [
        (pager(), 16 * MIB),
        (pager().max_page_bytes(300_000), 300_000),
        (limited(), 200_000),
        (limited().max_page_bytes(100_000), 100_000),
    ] {
        let outcome = world.read(pager).await;
        let error = outcome.error.unwrap();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        let too_large = error.find_source::<BodyTooLarge>().unwrap();
        assert_eq!(too_large.limit, limit);
        assert!(outcome.items.is_empty());
    }
}

#[tokio::test]
async fn a_link_in_the_body_that_is_none_is_a_typed_error() {
    let world = World::start().await;
    let long = format!("\"/{}\"", "a".repeat(10 * MIB));
    let own = format!("\"{}\"", world.here.server.url_of("/items"));
    for case in [
        Case::leads_nowhere("a link that is a list", r#"["/hunter2"]"#, invalid_next),
        Case::leads_nowhere("a link that is a number", "7", invalid_next),
        Case::leads_nowhere("a link that is true", "true", invalid_next),
        Case::leads_nowhere("a link object without a link", "{}", invalid_next),
        Case::leads_nowhere(
            "a link object in another",
            r#"{"href":{"href":"/x"}}"#,
            invalid_next,
        ),
        Case::leads_nowhere("a link of 10 MiB", &long, too_long),
        Case::circle("a link to itself", &own),
        Case::circle("a link to itself, relative", "\"items\""),
        Case::circle("a link to itself, by a fragment", "\"#page2\""),
        Case::circle("a link to itself, by dots", "\"./x/../items\""),
    ] {
        let reply = case.reply.clone();
        world.answers(move |_| reply.clone());
        case.check(
            &world
                .read(world.pager(NextUrl::new("/data", "/next")))
                .await,
        );
    }
    world.assert_nothing_there();
}

//! Next links to where the stream must not go.

use facade::paginate::{LinkHeader, LinkRefusal, NextUrl, OtherOrigins, PagingErrorKind};
use facade::{ErrorKind, Place, TimeoutPhase};
use stack_tests::{builder, soon};
use testkit::{Reply, ScriptedTransport};

use crate::world::{Outcome, World, page};

/// Links that lead to the second server, or would if they were read otherwise.
fn links_away(world: &World) -> Vec<String> {
    let (ours, theirs) = (world.here.server.address(), world.there.address());
    vec![
        format!("http://{theirs}/items"),
        format!("HTTP://{theirs}/items"),
        format!("//{theirs}/items"),
        format!("\\\\{theirs}\\items"),
        format!("/\\{theirs}/items"),
        format!("http:\\\\{theirs}/items"),
        format!("http:///{theirs}/items"),
        format!("http://{ours}@{theirs}/items"),
        format!("http://{}@{theirs}/items", ours.ip()),
        format!("http://ada:hunter2@{theirs}/items"),
        format!("http://{theirs}\\@{ours}/items"),
        format!("http://{theirs}#@{ours}/items"),
        format!("http://{theirs}?@{ours}/items"),
        format!("http://localhost:{}/items", ours.port()),
        format!("https://{ours}/items"),
    ]
}

const NO_WEB: [&str; 6] = [
    "javascript:alert(1)",
    "data:application/json,[]",
    "file:///etc/passwd",
    "ftp://127.0.0.1/items",
    "blob:http://127.0.0.1/items",
    "mailto:eve@evil.test",
];

#[track_caller]
fn assert_refused(outcome: &Outcome, reason: LinkRefusal, link: &str) {
    let Some(PagingErrorKind::LinkRefused(refused)) = outcome.wrong() else {
        panic!("{link:?}: {outcome:?}");
    };
    assert_eq!(refused.reason(), reason, "{link:?}");
    assert_eq!(outcome.error.as_ref().unwrap().kind(), ErrorKind::Paging);
    // What was there is not lost.
    assert_eq!(
        (&outcome.items[..], outcome.requests),
        (&[1_u32][..], 1),
        "{link:?}"
    );
}

fn in_the_body(link: &str) -> Reply {
    page("[1]", &serde_json::to_string(link).unwrap())
}

fn in_the_header(link: &str) -> Reply {
    Reply::json(200, "[1]").header("link", format!("<{link}>; rel=\"next\""))
}

async fn read_by_both(world: &World, link: &str) -> [Outcome; 2] {
    let reply = in_the_body(link);
    world.answers(move |_| reply.clone());
    let body = world
        .read(world.pager(NextUrl::new("/data", "/next")))
        .await;
    let reply = in_the_header(link);
    world.answers(move |_| reply.clone());
    let header = world.read(world.pager(LinkHeader::new(""))).await;
    [body, header]
}

#[tokio::test]
async fn no_link_leads_to_another_origin() {
    let world = World::start().await;
    for link in links_away(&world) {
        for outcome in read_by_both(&world, &link).await {
            assert_refused(&outcome, LinkRefusal::OtherOrigin, &link);
        }
    }
    world.assert_nothing_there();
}

#[tokio::test]
async fn no_tab_or_line_break_hides_another_origin() {
    let world = World::start().await;
    let theirs = world.there.address();
    for link in [
        format!("ht\ntp://{theirs}/items"),
        format!("\thttp://{theirs}/items"),
        format!("/\t/{theirs}/items"),
        format!("http:\r\n//{theirs}/items"),
        format!("\u{0}http://{theirs}/items"),
    ] {
        let reply = in_the_body(&link);
        world.answers(move |_| reply.clone());
        let outcome = world
            .read(world.pager(NextUrl::new("/data", "/next")))
            .await;
        assert_refused(&outcome, LinkRefusal::OtherOrigin, &link);
    }
    world.assert_nothing_there();
}

#[tokio::test]
async fn no_link_leads_out_of_the_web_whatever_is_allowed() {
    let world = World::start().await;
    for link in NO_WEB {
        for outcome in read_by_both(&world, link).await {
            assert_refused(&outcome, LinkRefusal::Scheme, link);
        }
        let reply = in_the_body(link);
        world.answers(move |_| reply.clone());
        let pager = world.pager(NextUrl::new("/data", "/next"));
        let pager = pager.other_origins(OtherOrigins::WithoutCredentials);
        assert_refused(&world.read(pager).await, LinkRefusal::Scheme, link);
    }
    for link in [
        "http://",
        "http://[::/items",
        "http://127.0.0.1:99999/items",
    ] {
        for outcome in read_by_both(&world, link).await {
            assert_refused(&outcome, LinkRefusal::NotAUrl, link);
        }
    }
}

/// Nothing on this machine speaks TLS to the facade, so the transport is scripted.
#[tokio::test]
async fn no_link_leads_from_https_to_http_whatever_is_allowed() {
    for other_origins in [OtherOrigins::Refused, OtherOrigins::WithoutCredentials] {
        let transport =
            ScriptedTransport::new().reply(in_the_header("http://api.test/items?page=2"));
        let client = builder("https://api.test")
            .middleware(Place::Attempt, transport.clone())
            .build()
            .unwrap();
        let pager = client.get("items").paginate(LinkHeader::new(""));
        let mut items = pager.other_origins(other_origins).items::<u32>();
        assert_eq!(items.next_item().await.unwrap(), Some(1));
        let error = items.next_item().await.unwrap_err();
        let paging = error
            .find_source::<facade::paginate::PagingError>()
            .unwrap();
        let PagingErrorKind::LinkRefused(refused) = paging.kind() else {
            panic!("{error:?}");
        };
        assert_eq!(refused.reason(), LinkRefusal::Insecure);
        transport.assert_count(1);
    }
}

#[tokio::test]
async fn a_link_of_10_mib_in_a_header_is_no_answer() {
    let world = World::start().await;
    let long = format!("/{}", "a".repeat(10 * 1024 * 1024));
    world.answers(move |_| in_the_header(&long));
    let client = world.here.builder().retry(None).build().unwrap();
    let mut items = client
        .get("items")
        .paginate(LinkHeader::new(""))
        .items::<u32>();
    let error = soon(items.next_item()).await.unwrap_err();
    // hyper reads no more than some hundred KiB of headers.
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
}

#[tokio::test]
async fn a_link_beyond_8_kib_is_a_typed_error() {
    let world = World::start().await;
    let long = format!("/{}", "a".repeat(9000));
    for outcome in read_by_both(&world, &long).await {
        assert_eq!(outcome.items, [1]);
        let wrong = outcome.wrong().unwrap();
        assert!(
            matches!(wrong, PagingErrorKind::NextTooLong { limit: 8192 }),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_link_replaces_the_query_of_the_caller() {
    let world = World::start().await;
    world.answers(|request| match request.query() {
        Some("q=1&page=2&key=hunter2") => in_the_header("/items?page=3"),
        _ => Reply::json(200, "[2]"),
    });
    let query = [("q", "1"), ("page", "2"), ("key", "hunter2")];
    let request = world.here.client().get("items").query(&query);
    let outcome = world.read(request.paginate(LinkHeader::new(""))).await;
    assert!(outcome.error.is_none(), "{outcome:?}");
    assert_eq!(outcome.items, [1, 2]);
    assert_eq!(
        world.here.server.requests()[1].path_and_query(),
        "/items?page=3"
    );
}

#[tokio::test]
async fn a_link_after_a_redirect_is_resolved_where_the_redirect_led() {
    let world = World::start().await;
    world.answers(|request| match request.path_and_query() {
        "/items" => Reply::status(302).header("location", "/v2/items?page=1"),
        "/v2/items?page=1" => in_the_header("items?page=2"),
        _ => Reply::json(200, "[2]"),
    });
    let outcome = world.read(world.pager(LinkHeader::new(""))).await;
    assert_eq!((outcome.items, outcome.requests), (vec![1, 2], 3));
    let asked = world.here.server.requests();
    assert_eq!(asked[2].path_and_query(), "/v2/items?page=2");
}

/// A redirect may lead to another origin, without credentials. What that one links to is not ours.
#[tokio::test]
async fn a_link_after_a_redirect_to_another_origin_is_refused() {
    let world = World::start().await;
    let away = world.there.url_of("/items").to_string();
    world.answers(move |_| Reply::status(302).header("location", away.clone()));
    world.there.otherwise(in_the_header("items?page=2"));
    let outcome = world.read(world.pager(LinkHeader::new(""))).await;
    assert_refused(&outcome, LinkRefusal::OtherOrigin, "items?page=2");
    let there = world.there.requests();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].header("authorization"), None);
}

#[tokio::test]
async fn a_page_that_hangs_ends_with_the_limits_of_its_call() {
    let world = World::start().await;
    world.answers(|request| match request.query() {
        None => in_the_header("/items?page=2"),
        Some(_) => Reply::status(200).chunk("[").then_stall(),
    });
    let request = world.here.client().get("items");
    let request = request.deadline(std::time::Duration::from_millis(500));
    let outcome = world.read(request.paginate(LinkHeader::new(""))).await;
    assert_eq!(outcome.items, [1]);
    let error = outcome.error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Deadline));
}

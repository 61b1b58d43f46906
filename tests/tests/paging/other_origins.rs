//! Pages at another origin, where they were asked for: nothing goes along.

use facade::paginate::{LinkHeader, NextUrl, OtherOrigins, PagingErrorKind};
use facade::{Bearer, CallOptions};
use http::{HeaderName, HeaderValue};
use testkit::{ReceivedRequest, Reply};

use crate::world::{World, page};

/// Fails if a request carries anything that was meant for another server.
#[track_caller]
fn assert_bare(request: &ReceivedRequest) {
    let shown = format!("{request:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("Bearer"),
        "{shown}"
    );
    // reqwest adds `Accept-Encoding` by itself, if any package of the build has asked for its decoders.
    let names = request.headers().keys().map(HeaderName::as_str);
    let mut names: Vec<_> = names.filter(|name| *name != "accept-encoding").collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-language", "host"]);
}

#[tokio::test]
async fn another_origin_gets_no_credential_and_no_body() {
    let world = World::start().await;
    let away = world.there.url_of("/items?page=2").to_string();
    let link = format!("\"{away}\"");
    world.answers(move |_| page("[1]", &link));
    world.there.otherwise(page("[2]", "null"));

    let options = CallOptions::new()
        .default_header("x-plain-key", "hunter2")
        .sensitive_header("x-api-key", "hunter2")
        .on_request(|request| {
            let key = HeaderValue::from_static("hunter2");
            request.headers_mut().insert("x-hook", key);
            Ok(())
        });
    // Not even where credentials may go: who wants them to go along makes a call of it.
    let client = world
        .here
        .builder()
        .allow_origin(world.there.url().as_str());
    let client = client.build().unwrap().with(options).unwrap();
    let plain = client.post("items").json("hunter2");
    let plain = plain
        .header("accept-language", "de")
        .header("x-own-key", "hunter2")
        .header("cookie", "session=hunter2")
        .idempotency_key("hunter2");
    let own = client
        .post("items")
        .body("hunter2")
        .header("accept-language", "de");
    let own = own.header("authorization", "Bearer hunter2");
    let given = client.get("items").header("accept-language", "de");
    let given = given.credential(Bearer::new("a1").unwrap());
    for request in [plain, own, given] {
        let pager = request.paginate(NextUrl::new("/data", "/next"));
        let pager = pager.other_origins(OtherOrigins::WithoutCredentials);
        // The server takes the token of the session only.
        world.here.server.let_everyone_in(true);
        let outcome = world.read(pager).await;
        assert!(outcome.error.is_none(), "{outcome:?}");
        assert_eq!((outcome.items, outcome.requests), (vec![1, 2], 1));
    }
    let there = world.there.requests();
    assert_eq!(there.len(), 3);
    for request in &there {
        assert_bare(request);
        assert!(request.body().is_empty());
    }
}

#[tokio::test]
async fn what_stayed_behind_does_not_come_back() {
    let world = World::start().await;
    let away = world.there.url_of("/items?page=2");
    let back = world.here.server.url_of("/items?page=3");
    let (there, here) = (format!("<{away}>; rel=next"), format!("<{back}>; rel=next"));
    world.answers(move |_| Reply::json(200, "[1]").header("link", there.clone()));
    world
        .there
        .otherwise(Reply::json(200, "[2]").header("link", here));

    let request = world
        .here
        .client()
        .get("items")
        .header("accept-language", "de");
    let pager = request
        .header("x-own-key", "hunter2")
        .paginate(LinkHeader::new(""));
    let pager = pager.other_origins(OtherOrigins::WithoutCredentials);
    let outcome = world.read(pager).await;
    // The third page is asked for without a token, so its server refuses it.
    assert_eq!(outcome.items, [1, 2]);
    assert_eq!(
        outcome.error.unwrap().kind(),
        facade::ErrorKind::Unauthorized
    );
    assert_eq!(outcome.requests, 2);
    assert_eq!(world.here.refreshes(), 0);
    assert_bare(&world.here.server.requests()[1]);
    assert_bare(&world.there.requests()[0]);
}

#[tokio::test]
async fn no_credential_comes_back_by_a_link_on_a_page_that_a_redirect_found_elsewhere() {
    let world = World::start().await;
    let away = world.there.url_of("/items").to_string();
    world.answers(move |_| Reply::status(302).header("location", away.clone()));
    let back = world.here.server.url_of("/items?page=2");
    let link = format!("<{back}>; rel=next");
    world
        .there
        .otherwise(Reply::json(200, "[1]").header("link", link));

    let refused = world.read(world.pager(LinkHeader::new(""))).await;
    assert!(matches!(
        refused.wrong(),
        Some(PagingErrorKind::LinkRefused(_))
    ));
    assert_eq!((refused.items, refused.requests), (vec![1], 1));

    let request = world.here.client().get("items");
    let pager = request
        .header("accept-language", "de")
        .header("x-own-key", "hunter2")
        .paginate(LinkHeader::new(""));
    let pager = pager.other_origins(OtherOrigins::WithoutCredentials);
    let outcome = world.read(pager).await;
    let error = outcome.error.unwrap();
    assert_eq!(error.kind(), facade::ErrorKind::Unauthorized);
    assert_eq!((outcome.items, outcome.requests), (vec![1], 2));
    assert_bare(&world.here.server.requests()[2]);
}

#[tokio::test]
async fn within_the_origin_everything_goes_along() {
    let world = World::start().await;
    world.answers(|request| {
        let is_first = request.query().is_none();
        page("[1]", if is_first { "\"?page=2\"" } else { "null" })
    });
    let request = world.here.client().post("items").json(&["which"]);
    let request = request.header("x-own-key", "hunter2");
    let outcome = world
        .read(request.paginate(NextUrl::new("/data", "/next")))
        .await;
    assert!(outcome.error.is_none(), "{outcome:?}");
    let asked = world.here.server.requests();
    assert_eq!(asked.len(), 2);
    for request in &asked {
        assert_eq!(request.header("authorization"), Some("Bearer a1"));
        assert_eq!(request.header("x-own-key"), Some("hunter2"));
        assert_eq!(&request.body()[..], br#"["which"]"#);
    }
}

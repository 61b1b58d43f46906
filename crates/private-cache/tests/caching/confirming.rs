//! What a confirmation changes about what is stored (RFC 9111 §4.3.4).

use http::Method;
use private_cache::CacheStatus::{Hit, Miss, Revalidated};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{HERE, cached, fresh, get, get_with, got, not_modified, over, pass, send};

#[tokio::test(start_paused = true)]
async fn a_confirmation_can_name_more_that_the_answer_varies_by() {
    let transport = ScriptedTransport::new()
        .reply(fresh("english").header("vary", "foo"))
        .reply(not_modified().header("vary", "accept-language"))
        .reply(fresh("deutsch").header("vary", "accept-language"))
        .otherwise(fresh("other"));
    let client = over(&transport);
    get_with(&client, "accept-language", "en").await;
    pass(61).await;
    let english = get_with(&client, "accept-language", "en").await;
    assert_eq!(english, got(200, Revalidated, "english"));
    let deutsch = get_with(&client, "accept-language", "de").await;
    assert_eq!(deutsch, got(200, Miss, "deutsch"));
    let english = get_with(&client, "accept-language", "en").await;
    assert_eq!(english, got(200, Hit, "english"));
    let with_foo = client.get(HERE).header("foo", "1");
    let with_foo = with_foo.header("accept-language", "en").send();
    assert_eq!(
        with_foo.await.unwrap().text().await.unwrap(),
        "other",
        "what it varied by before it still does"
    );
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_that_varies_by_everything_is_the_last_use() {
    let head = Reply::status(200).header("etag", "\"one\"");
    for (method, confirmation) in [(Method::GET, not_modified()), (Method::HEAD, head)] {
        let confirmation = confirmation.header("vary", "*");
        let transport = ScriptedTransport::new()
            .reply(fresh("one"))
            .reply(confirmation.header("cache-control", "max-age=60"))
            .otherwise(fresh("two"));
        let client = over(&transport);
        get(&client).await;
        pass(61).await;
        send(&client, method, HERE).await.unwrap();
        assert_eq!(get(&client).await, got(200, Miss, "two"));
        assert_eq!(transport.last().unwrap().header("if-none-match"), None);
    }
}

/// The confirmation itself has no `Cache-Control`, so that of the stored answer counts on (RFC 9111 §5.2.2.4).
#[tokio::test(start_paused = true)]
async fn a_header_that_may_not_be_used_again_is_not_stored_from_a_confirmation_either() {
    let transport = ScriptedTransport::new()
        .reply(cached("max-age=60, no-cache=\"x-once\"", "one").header("x-once", "first"))
        .reply(not_modified().header("x-once", "second"));
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(get(&client).await, got(200, Revalidated, "one"));
    let hit = client.get(HERE).send().await.unwrap();
    assert_eq!(hit.headers().get("x-once"), None);
    assert_eq!(crate::scene::read(hit).await, got(200, Hit, "one"));
}

/// Servers that say `Content-Length: 0` of the confirmation itself are about.
#[tokio::test(start_paused = true)]
async fn a_confirmation_says_nothing_about_a_body_that_it_has_not() {
    let confirmation = not_modified()
        .header("content-length", "0")
        .header("content-encoding", "gzip")
        .header("content-digest", "sha-256=:x:");
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(confirmation);
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(get(&client).await, got(200, Revalidated, "one"));
    let hit = client.get(HERE).send().await.unwrap();
    for name in ["content-length", "content-encoding", "content-digest"] {
        assert_eq!(hit.headers().get(name), None);
    }
    assert_eq!(crate::scene::read(hit).await, got(200, Hit, "one"));
}

/// Each confirmation may bring new headers. A map of them takes 32,768, and panics at one more.
#[tokio::test(start_paused = true)]
async fn any_number_of_confirmations_with_new_headers_does_no_harm() {
    let transport = ScriptedTransport::new().respond_with(|sent| {
        if sent.header("if-none-match").is_none() {
            return cached("no-cache", "one");
        }
        let number = sent.header("x-number").unwrap_or_default();
        (0..100).fold(not_modified(), |reply, n| {
            reply.header(format!("x-{number}-{n}"), "x")
        })
    });
    let client = over(&transport);
    get(&client).await;
    let mut most = 0;
    for number in 0..400 {
        let request = client.get(HERE).header("x-number", number.to_string());
        let answer = request.send().await.unwrap();
        most = most.max(answer.headers().len());
        answer.bytes().await.unwrap();
    }
    assert!(most <= 1200, "{most}");
}

//! Asking the origin whether a stored answer still holds.

use http::Method;
use private_cache::CacheStatus::{Hit, Miss, Revalidated};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{
    HERE, cached, date_after, fresh, get, get_with, got, not_modified, over, pass, read, send,
};

#[tokio::test(start_paused = true)]
async fn a_confirmed_answer_is_used_and_fresh_again() {
    let confirmation = not_modified()
        .header("etag", "\"one\"")
        .header("cache-control", "max-age=100")
        .header("x-new", "yes")
        .header("set-cookie", "a=b");
    let transport = ScriptedTransport::new()
        .reply(fresh("one").header("age", "9").header("x-old", "yes"))
        .reply(confirmation);
    let client = over(&transport);
    get(&client).await;
    pass(61).await;

    let confirmed = client.get(HERE).send().await.unwrap();
    assert_eq!(
        transport.last().unwrap().header("if-none-match"),
        Some("\"one\"")
    );
    assert_eq!(confirmed.headers()["x-new"], "yes");
    assert_eq!(confirmed.headers()["x-old"], "yes");
    assert_eq!(confirmed.headers()["age"], "0");
    assert_eq!(confirmed.headers()["date"], date_after(61));
    assert_eq!(confirmed.headers()["set-cookie"], "a=b");
    assert_eq!(read(confirmed).await, got(200, Revalidated, "one"));

    pass(99).await;
    let hit = client.get(HERE).send().await.unwrap();
    assert_eq!(hit.headers()["x-new"], "yes");
    assert_eq!(hit.headers()["age"], "99");
    assert!(!hit.headers().contains_key("set-cookie"));
    assert_eq!(read(hit).await, got(200, Hit, "one"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_date_is_asked_by_where_there_is_no_tag() {
    let stored = Reply::status(200)
        .header("cache-control", "max-age=60")
        .header("last-modified", date_after(-100))
        .body("one");
    let transport = ScriptedTransport::new().reply(stored).reply(not_modified());
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(get(&client).await, got(200, Revalidated, "one"));
    let sent = transport.last().unwrap();
    assert_eq!(
        sent.header("if-modified-since"),
        Some(date_after(-100).as_str())
    );
    assert_eq!(sent.header("if-none-match"), None);
}

#[tokio::test(start_paused = true)]
async fn a_new_answer_takes_the_place_of_the_old() {
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(fresh("two"));
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(get(&client).await, got(200, Miss, "two"));
    assert_eq!(get(&client).await, got(200, Hit, "two"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_new_answer_that_may_not_be_stored_drops_the_old() {
    for (reply, kept) in [
        (cached("no-store", "two"), false),
        (Reply::status(403), false),
        (Reply::status(429), true),
        (Reply::status(503), true),
    ] {
        let transport = ScriptedTransport::new()
            .reply(fresh("one"))
            .reply(reply.clone())
            .otherwise(fresh("three"));
        let client = over(&transport);
        get(&client).await;
        pass(61).await;
        assert_eq!(get(&client).await.1, Miss);
        get(&client).await;
        let asked = transport.last().unwrap().header("if-none-match").is_some();
        assert_eq!(asked, kept, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_of_something_else_makes_the_origin_be_asked_anew() {
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(not_modified().header("etag", "\"other\""))
        .reply(fresh("two"));
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(
        get_with(&client, "x-kept", "yes").await,
        got(200, Miss, "two")
    );
    let again = transport.last().unwrap();
    assert_eq!(again.header("if-none-match"), None);
    assert_eq!(again.header("x-kept"), Some("yes"));
    assert_eq!(get(&client).await, got(200, Hit, "two"));
    transport.assert_count(3);
}

/// The second request has no more time than the first has left over.
#[tokio::test(start_paused = true)]
async fn the_deadline_covers_what_is_asked_anew() {
    let seconds = std::time::Duration::from_secs;
    let foreign = not_modified().header("etag", "\"other\"");
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(foreign.after(seconds(4)))
        .reply(fresh("two"));
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    let mut extensions = http::Extensions::new();
    let call = request_context::Call::of(&mut extensions);
    call.set_deadline(request_context::Instant::now() + seconds(10));
    let request = client.get(HERE).build().unwrap();
    let answer = client
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert_eq!(read(answer).await, got(200, Miss, "two"));
    let timeouts: Vec<_> = transport
        .requests()
        .iter()
        .map(testkit::SentRequest::timeout)
        .collect();
    assert_eq!(timeouts, [None, Some(seconds(10)), Some(seconds(6))]);
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_may_say_that_nothing_is_to_be_stored() {
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(not_modified().header("cache-control", "no-store"))
        .reply(fresh("two"));
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(get(&client).await, got(200, Revalidated, "one"));
    assert_eq!(get(&client).await, got(200, Miss, "two"));
    assert_eq!(transport.last().unwrap().header("if-none-match"), None);
}

#[tokio::test(start_paused = true)]
async fn a_callers_own_condition_is_answered_by_what_is_fresh() {
    let stored = fresh("one").header("last-modified", date_after(-100));
    let transport = ScriptedTransport::new().reply(stored);
    let client = over(&transport);
    get(&client).await;
    for (name, value, status) in [
        ("if-none-match", "\"one\""),
        ("if-none-match", "W/\"one\""),
        ("if-none-match", "\"two\", \"one\""),
        ("if-modified-since", &date_after(-100)),
        ("if-modified-since", &date_after(0)),
    ]
    .map(|(name, value)| (name, value.to_owned(), 304))
    .into_iter()
    .chain([
        ("if-none-match", "\"two\"".to_owned(), 200),
        ("if-modified-since", date_after(-101), 200),
    ]) {
        let answer = client.get(HERE).header(name, &value).send().await.unwrap();
        assert_eq!(answer.status(), status, "{name}: {value}");
        assert_eq!(answer.headers()["etag"], "\"one\"");
        let body = if status == 200 { "one" } else { "" };
        assert_eq!(read(answer).await, got(status, Hit, body));
    }
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_callers_own_condition_and_its_304_pass_as_they_are() {
    let transport = ScriptedTransport::new()
        .reply(not_modified().header("etag", "\"mine\""))
        .reply(fresh("one"))
        .reply(not_modified().header("etag", "\"mine\""))
        .reply(fresh("two"));
    let client = over(&transport);
    assert_eq!(
        get_with(&client, "if-none-match", "\"mine\"").await,
        got(304, Miss, "")
    );
    get(&client).await;
    pass(61).await;
    assert_eq!(
        get_with(&client, "if-none-match", "\"mine\"").await,
        got(304, Miss, "")
    );
    let sent = transport.last().unwrap();
    assert_eq!(sent.headers().get_all("if-none-match").iter().count(), 1);
    assert_eq!(sent.header("if-none-match"), Some("\"mine\""));
    assert_eq!(
        get_with(&client, "if-none-match", "\"mine\"").await,
        got(200, Miss, "two")
    );
    assert_eq!(
        get(&client).await,
        got(200, Hit, "two"),
        "a whole answer is one for all"
    );
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn conditions_about_the_state_of_the_origin_are_the_origins_to_judge() {
    let transport = ScriptedTransport::new().otherwise(fresh("one"));
    let client = over(&transport);
    get(&client).await;
    for (name, value) in [
        ("if-match", "\"one\"".to_owned()),
        ("if-unmodified-since", date_after(0)),
    ] {
        assert_eq!(get_with(&client, name, &value).await.1, Miss);
        let sent = transport.last().unwrap();
        assert_eq!(sent.header(name), Some(value.as_str()));
        assert_eq!(sent.header("if-none-match"), None);
    }
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn a_304_that_nobody_asked_for_goes_up() {
    let transport = ScriptedTransport::new().otherwise(not_modified());
    let client = over(&transport);
    assert_eq!(get(&client).await, got(304, Miss, ""));
    assert_eq!(get(&client).await, got(304, Miss, ""));
}

#[tokio::test(start_paused = true)]
async fn a_head_tells_about_what_is_stored() {
    for (head, from) in [
        (fresh("").header("content-length", "3"), Miss),
        (
            Reply::status(200)
                .header("cache-control", "max-age=60")
                .header("etag", "\"one\""),
            Hit,
        ),
        (
            Reply::status(200)
                .header("cache-control", "max-age=60")
                .header("content-length", "4"),
            Miss,
        ),
        // It names nothing by which anyone could tell.
        (
            Reply::status(200)
                .header("cache-control", "max-age=60")
                .header("content-length", "3"),
            Miss,
        ),
    ] {
        let transport = ScriptedTransport::new()
            .reply(fresh("one").header("content-length", "3"))
            .reply(head.clone())
            .otherwise(fresh("two"));
        let client = over(&transport);
        get(&client).await;
        pass(61).await;
        let response = send(&client, Method::HEAD, HERE).await.unwrap();
        assert_eq!(read(response).await.1, Miss);
        let sent = transport.last().unwrap();
        assert_eq!(sent.method(), Method::HEAD);
        assert_eq!(sent.header("if-none-match"), None);
        assert_eq!(get(&client).await.1, from, "{head:?}");
    }
}

//! `HEAD` and ranges, answered from a stored answer to a `GET`.

use http::Method;
use private_cache::CacheStatus::{Hit, Miss, Revalidated};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{
    HERE, cached, date_after, fresh, get, get_with, got, not_modified, over, pass, read, send,
};

#[tokio::test(start_paused = true)]
async fn a_head_is_answered_from_what_a_get_has_brought() {
    let transport = ScriptedTransport::new().reply(fresh("one").header("content-length", "3"));
    let client = over(&transport);
    get(&client).await;
    let head = send(&client, Method::HEAD, HERE).await.unwrap();
    assert_eq!(head.headers()["content-length"], "3");
    assert_eq!(head.headers()["etag"], "\"one\"");
    assert_eq!(read(head).await, got(200, Hit, ""));
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_heads_answer_is_not_stored() {
    let transport = ScriptedTransport::new().otherwise(fresh(""));
    let client = over(&transport);
    for _ in 0..2 {
        assert_eq!(
            read(send(&client, Method::HEAD, HERE).await.unwrap())
                .await
                .1,
            Miss
        );
    }
    assert_eq!(get(&client).await.1, Miss);
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn one_range_is_cut_from_the_whole() {
    let transport =
        ScriptedTransport::new().reply(fresh("0123456789").header("content-length", "10"));
    let client = over(&transport);
    get(&client).await;
    for (range, body, told) in [
        ("bytes=0-1", "01", "bytes 0-1/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
    ] {
        let part = client
            .get(HERE)
            .header("range", range)
            .send()
            .await
            .unwrap();
        assert_eq!(part.headers()["content-range"], told);
        assert_eq!(part.headers()["content-length"], body.len().to_string());
        assert_eq!(part.headers()["etag"], "\"0123456789\"");
        assert_eq!(read(part).await, got(206, Hit, body), "{range}");
    }
    let beyond = client
        .get(HERE)
        .header("range", "bytes=10-")
        .send()
        .await
        .unwrap();
    assert_eq!(beyond.headers()["content-range"], "bytes */10");
    assert_eq!(read(beyond).await, got(416, Hit, ""));
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_range_of_something_else_is_answered_with_the_whole() {
    let stored = fresh("0123456789").header("last-modified", date_after(-100));
    let transport = ScriptedTransport::new().reply(stored);
    let client = over(&transport);
    get(&client).await;
    for (condition, status) in [
        ("\"0123456789\"".to_owned(), 206),
        ("W/\"0123456789\"".to_owned(), 200),
        ("\"other\"".to_owned(), 200),
        (date_after(-100), 206),
        (date_after(-99), 200),
    ] {
        let request = client
            .get(HERE)
            .header("range", "bytes=0-1")
            .header("if-range", &condition);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{condition}");
    }
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn several_ranges_and_other_units_are_the_origins_to_answer() {
    let transport = ScriptedTransport::new()
        .reply(fresh("0123456789"))
        .otherwise(Reply::status(206).body("x"));
    let client = over(&transport);
    get(&client).await;
    for range in ["bytes=0-1,3-4", "items=0-1", "bytes=x"] {
        assert_eq!(get_with(&client, "range", range).await, got(206, Miss, "x"));
        assert_eq!(transport.last().unwrap().header("range"), Some(range));
    }
    assert_eq!(get(&client).await.1, Hit, "the whole is still there");
}

#[tokio::test(start_paused = true)]
async fn a_part_from_the_origin_is_never_stored() {
    let part = Reply::status(206)
        .header("cache-control", "max-age=60")
        .header("content-range", "bytes 0-1/10")
        .body("01");
    let transport = ScriptedTransport::new()
        .reply(part.clone())
        .reply(fresh("0123456789"))
        .reply(part);
    let client = over(&transport);
    assert_eq!(
        get_with(&client, "range", "bytes=0-1").await,
        got(206, Miss, "01")
    );
    assert_eq!(get(&client).await, got(200, Miss, "0123456789"));
    pass(61).await;
    assert_eq!(
        get_with(&client, "range", "bytes=0-1").await,
        got(206, Miss, "01")
    );
    let sent = transport.last().unwrap();
    assert_eq!(sent.header("if-none-match"), Some("\"0123456789\""));
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn a_range_is_cut_from_a_confirmed_answer_too() {
    let transport = ScriptedTransport::new()
        .reply(fresh("0123456789"))
        .reply(not_modified());
    let client = over(&transport);
    get(&client).await;
    pass(61).await;
    assert_eq!(
        get_with(&client, "range", "bytes=0-1").await,
        got(206, Revalidated, "01")
    );
    assert_eq!(get(&client).await, got(200, Hit, "0123456789"));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn a_stored_error_is_not_cut() {
    let error = Reply::status(404)
        .header("cache-control", "max-age=60")
        .body("nothing here");
    let transport = ScriptedTransport::new()
        .reply(error)
        .otherwise(cached("no-store", "x"));
    let client = over(&transport);
    get(&client).await;
    assert_eq!(get(&client).await, got(404, Hit, "nothing here"));
    assert_eq!(get_with(&client, "range", "bytes=0-1").await.1, Miss);
    transport.assert_count(2);
}

/// RFC 9530 §2: it is that of what is sent. `Repr-Digest` is that of the whole, whatever is sent of it.
#[tokio::test(start_paused = true)]
async fn a_part_has_not_the_digest_of_the_whole() {
    let whole = fresh("0123456789")
        .header("content-digest", "sha-256=:x:")
        .header("content-md5", "x")
        .header("repr-digest", "sha-256=:x:");
    let transport = ScriptedTransport::new().reply(whole);
    let client = over(&transport);
    get(&client).await;
    let part = client.get(HERE).header("range", "bytes=0-1");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), 206);
    for name in ["content-digest", "content-md5"] {
        assert_eq!(part.headers().get(name), None, "{name}");
    }
    assert_eq!(part.headers()["repr-digest"], "sha-256=:x:");
    let whole = client.get(HERE).send().await.unwrap();
    assert_eq!(whole.headers()["content-digest"], "sha-256=:x:");
}

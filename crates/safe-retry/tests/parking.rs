//! Leaving an origin alone while it asks for that.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use http::Extensions;
use request_context::{Call, DeadlineExceeded, Instant};
use reqwest::{Method, Response};
use reqwest_middleware::{ClientWithMiddleware, Result};
use safe_retry::RetryMiddleware;
use support::{
    At, Layer, answered_by, arrivals, get, is, request, seconds, status, whole_seconds,
    with_deadline,
};
use testkit::{Reply, ScriptedTransport};
use tokio::time::{advance, sleep};

const ANSWERED_BY: &str = "x-answered-by";

/// A client whose answers have the URL that they say they have, as those to a redirected request do.
fn client(transport: &ScriptedTransport, layer: RetryMiddleware) -> ClientWithMiddleware {
    let answered_by = Layer(|_: &Call, outcome: Result<Response>| {
        outcome.map(|answer| match answer.headers().get(ANSWERED_BY) {
            Some(url) => answered_by(url.to_str().unwrap(), &answer),
            None => answer,
        })
    });
    transport.client_with(|chain| chain.with(layer).with(answered_by))
}

const ELSEWHERE: &str = "http://elsewhere.test/";

/// All goes well, but what is asked of elsewhere is redirected to the origin, which asks for ten more seconds.
fn asks_again() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|sent| match sent.url().as_str() {
        ELSEWHERE => busy_for(10).header(ANSWERED_BY, "http://api.test/"),
        _ => Reply::status(200),
    })
}

/// Parks, and retries nothing: what is held is held by parking.
fn parks() -> RetryMiddleware {
    RetryMiddleware::new().max_retries(0).park(true)
}

fn busy_for(seconds: u64) -> Reply {
    Reply::status(503).header("retry-after", seconds.to_string())
}

/// A client whose origin has just asked to be left alone for ten seconds, and when it did.
async fn parked(
    transport: &ScriptedTransport,
    layer: RetryMiddleware,
) -> (ClientWithMiddleware, Instant) {
    transport.push(busy_for(10));
    let client = client(transport, layer);
    let begun = Instant::now();
    assert_eq!(status(&client.execute(get()).await), 503);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    (client, begun)
}

#[tokio::test(start_paused = true)]
async fn a_sibling_with_an_earlier_deadline_ends_at_once_and_sends_nothing() {
    for limit in [1, 9, 10] {
        let transport = ScriptedTransport::new();
        let (client, begun) = parked(&transport, parks()).await;
        let error = support::within(&client, get(), seconds(limit))
            .await
            .unwrap_err();
        assert!(is::<DeadlineExceeded>(&error), "{error:?}");
        assert_eq!(begun.elapsed(), Duration::ZERO);
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sibling_with_time_to_wait_is_stamped_with_what_is_left() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, parks()).await;
    let outcome = support::within(&client, get(), seconds(15)).await;
    assert_eq!(status(&outcome), 200);
    assert_eq!(begun.elapsed(), seconds(10));
    assert_eq!(transport.last().unwrap().timeout(), Some(seconds(5)));
}

#[tokio::test(start_paused = true)]
async fn siblings_wait_until_then_and_those_that_come_later_do_not() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, parks()).await;
    advance(seconds(4)).await;
    let (one, other) = tokio::join!(client.execute(get()), client.execute(get()));
    assert_eq!((status(&one), status(&other)), (200, 200));
    advance(seconds(2)).await;
    client.execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10, 10, 12]));
}

#[tokio::test(start_paused = true)]
async fn a_sibling_that_is_never_retried_is_held_too() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, parks()).await;
    client.execute(request(Method::POST)).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10]));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_request_that_is_never_retried_parks_too() {
    let transport = ScriptedTransport::new()
        .reply(busy_for(10))
        .otherwise(Reply::status(200));
    let client = client(&transport, parks());
    let begun = Instant::now();
    client.execute(request(Method::POST)).await.unwrap();
    client.execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10]));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_retry_parks_too() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(500))
        .reply(busy_for(10))
        .otherwise(Reply::status(200));
    let layer = RetryMiddleware::new().policy(At::seconds([1])).park(true);
    let client = client(&transport, layer);
    let begun = Instant::now();
    assert_eq!(status(&client.execute(get()).await), 503);
    client.execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 1, 11]));
}

#[tokio::test(start_paused = true)]
async fn only_a_429_and_a_503_with_retry_after_within_the_cap_park() {
    let asks = |code: u16, wait: &str| Reply::status(code).header("retry-after", wait);
    for (reply, held) in [
        (asks(429, "10"), 10),
        (asks(503, "10"), 10),
        (asks(503, "60"), 60),
        (asks(503, "61"), 0),
        (asks(503, "0"), 0),
        (asks(503, "soon"), 0),
        (asks(500, "10"), 0),
        (asks(301, "10"), 0),
        (asks(200, "10"), 0),
        (Reply::status(503), 0),
    ] {
        let label = format!("{reply:?}");
        let transport = ScriptedTransport::new()
            .reply(reply)
            .otherwise(Reply::status(200));
        let client = client(&transport, parks());
        let begun = Instant::now();
        client.execute(get()).await.unwrap();
        client.execute(get()).await.unwrap();
        assert_eq!(
            arrivals(&transport, begun),
            whole_seconds([0, held]),
            "{label}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn by_default_nobody_is_held() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, RetryMiddleware::new().max_retries(0)).await;
    client.execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 0]));
}

#[tokio::test(start_paused = true)]
async fn another_origin_is_not_held() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, parks()).await;
    for url in [
        "http://other.test/",
        "http://api.test:81/",
        "https://api.test/",
    ] {
        client.get(url).send().await.unwrap();
    }
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn clones_of_the_layer_know_what_one_has_learned() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let layer = parks();
    let (_, begun) = parked(&transport, layer.clone()).await;
    client(&transport, layer).execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10]));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_held_for_longer_than_the_cap_even_if_the_origin_goes_on_asking() {
    let transport = asks_again();
    let (client, begun) = parked(&transport, parks().retry_after_cap(seconds(25))).await;
    let held = client.execute(get());
    let asking = async {
        for _ in 0..5 {
            sleep(seconds(9)).await;
            client.get(ELSEWHERE).send().await.unwrap();
        }
    };
    let (outcome, ()) = tokio::join!(held, asking);
    assert_eq!(status(&outcome), 200);
    assert_eq!(
        arrivals(&transport, begun),
        whole_seconds([0, 9, 18, 25, 27, 36, 45])
    );
    assert_eq!(transport.requests()[3].url().as_str(), support::URL);
}

#[tokio::test(start_paused = true)]
async fn a_held_call_that_is_dropped_sends_nothing_and_holds_up_nobody() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let (client, begun) = parked(&transport, parks()).await;
    let held = tokio::spawn({
        let client = client.clone();
        async move { client.execute(get()).await }
    });
    sleep(seconds(3)).await;
    held.abort();
    assert!(held.await.unwrap_err().is_cancelled());
    client.execute(get()).await.unwrap();
    sleep(seconds(60)).await;
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10]));
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_out_what_a_sibling_has_learned_meanwhile() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(500))
        .reply(busy_for(10))
        .otherwise(Reply::status(200));
    let layer = RetryMiddleware::new().policy(At::seconds([2])).park(true);
    let client = client(&transport, layer);
    let begun = Instant::now();
    let mut extensions = Extensions::new();
    let retried = client.execute_with_extensions(get(), &mut extensions);
    let sibling = async {
        sleep(seconds(1)).await;
        client.execute(request(Method::POST)).await
    };
    let (retried, sibling) = tokio::join!(retried, sibling);
    assert_eq!((status(&retried), status(&sibling)), (200, 503));
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 1, 11]));
    assert_eq!(Call::find(&extensions).unwrap().waited(), seconds(11));
}

#[tokio::test(start_paused = true)]
async fn the_one_who_was_told_waits_no_longer_than_it_was_told_to() {
    let transport = ScriptedTransport::new()
        .reply(busy_for(10))
        .otherwise(Reply::status(200));
    let layer = RetryMiddleware::new().policy(At::seconds([1])).park(true);
    let begun = Instant::now();
    client(&transport, layer).execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 10]));
}

#[tokio::test(start_paused = true)]
async fn what_was_waited_is_told_even_if_the_deadline_ends_the_call_after_all() {
    let transport = asks_again();
    let (client, begun) = parked(&transport, parks()).await;
    let (mut extensions, call) = with_deadline(seconds(15));
    let held = client.execute_with_extensions(get(), &mut extensions);
    let asking = async {
        sleep(seconds(9)).await;
        client.get(ELSEWHERE).send().await.unwrap();
    };
    let (held, ()) = tokio::join!(held, asking);
    assert!(is::<DeadlineExceeded>(&held.unwrap_err()));
    assert_eq!(begun.elapsed(), seconds(10));
    assert_eq!(call.waited(), seconds(10));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn the_origin_that_answered_is_left_alone_and_not_the_one_that_sent_us_there() {
    let transport = ScriptedTransport::new()
        .reply(busy_for(10).header(ANSWERED_BY, "http://storage.test/file"))
        .otherwise(Reply::status(200));
    let client = client(&transport, parks());
    let begun = Instant::now();
    for url in [
        "http://api.test/file",
        "http://api.test/other",
        "http://storage.test/other",
    ] {
        client.get(url).send().await.unwrap();
    }
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 0, 10]));
}

//! What is done while a call waits: the failed answer is read to its end, and leaving is always possible.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http::Extensions;
use request_context::{Call, Instant, with_body};
use reqwest::{Body, Response};
use reqwest_middleware::Error;
use safe_retry::RetryMiddleware;
use support::{At, AtOnce, Layer, arrivals, client, get, retries, seconds, status};
use testkit::{Reply, ScriptedTransport};

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_sends_nothing_more() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, RetryMiddleware::new().policy(At::seconds([10])));
    let call = tokio::spawn(async move { client.execute(get()).await });
    tokio::time::sleep(seconds(5)).await;
    assert_eq!((transport.count(), transport.in_flight()), (1, 0));
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    tokio::time::sleep(seconds(60)).await;
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_within_an_attempt_drops_that_attempt() {
    let transport = ScriptedTransport::new().reply(Reply::status(503)).hang();
    let client = client(&transport, retries());
    let call = tokio::spawn(async move { client.execute(get()).await });
    transport.wait_for_requests(2).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_retried_answer_is_read_to_its_end_and_not_kept_while_the_call_waits() {
    let (read, alive) = (Arc::new(AtomicUsize::new(0)), Arc::new(()));
    let counted = Layer({
        let (read, alive) = (Arc::clone(&read), Arc::downgrade(&alive));
        move |_: &Call, outcome: Result<Response, Error>| {
            let (read, alive) = (Arc::clone(&read), alive.upgrade());
            let chunks = stream::iter(["busy", "to", "day"]).map(move |chunk| {
                // The layer's own handle is weak: as long as there is an answer, it holds one.
                read.fetch_add(usize::from(alive.is_some()), Ordering::Relaxed);
                Ok::<_, std::io::Error>(chunk)
            });
            outcome.map(|answer| with_body(answer, |_| Body::wrap_stream(chunks)))
        }
    });
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let layer = RetryMiddleware::new().policy(At::seconds([10]));
    let client = transport.client_with(|chain| chain.with(layer).with(counted));
    let call = tokio::spawn(async move { client.execute(get()).await });

    tokio::time::sleep(seconds(5)).await;
    transport.assert_count(1);
    assert_eq!(read.load(Ordering::Relaxed), 3);
    assert_eq!(Arc::strong_count(&alive), 1);

    let last = call.await.unwrap().unwrap();
    assert_eq!(Arc::strong_count(&alive), 2);
    assert_eq!(last.text().await.unwrap(), "busytoday");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_ends_delays_the_next_attempt_by_a_tenth_of_a_second_at_most() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503).chunk("busy").then_stall())
        .reply(Reply::status(503).chunk("busy").then_stall())
        .reply(Reply::status(503).chunk("busy").then_repeat())
        .reply(Reply::status(200));
    let policy = At::milliseconds([0, 90, 500]);
    let begun = Instant::now();
    let client = client(&transport, RetryMiddleware::new().policy(policy));
    assert_eq!(status(&client.execute(get()).await), 200);
    let expected = [0, 100, 200, 500].map(Duration::from_millis);
    assert_eq!(arrivals(&transport, begun), expected);
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_an_answer_is_worth_a_moment_even_where_the_next_attempt_is_due() {
    let transport = ScriptedTransport::new()
        .reply(
            Reply::status(503)
                .chunk("busy")
                .pause(Duration::from_millis(20))
                .chunk("today"),
        )
        .reply(Reply::status(200));
    let begun = Instant::now();
    let client = client(&transport, RetryMiddleware::new().policy(AtOnce(1)));
    let mut extensions = Extensions::new();
    let outcome = client.execute_with_extensions(get(), &mut extensions).await;
    assert_eq!(status(&outcome), 200);
    let twenty = Duration::from_millis(20);
    assert_eq!(arrivals(&transport, begun), [Duration::ZERO, twenty]);
    assert_eq!(Call::find(&extensions).unwrap().waited(), twenty);
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_an_answer_is_not_worth_the_deadline() {
    for (limit, second) in [(100, 0), (101, 100)] {
        let transport = ScriptedTransport::new()
            .reply(Reply::status(503).chunk("busy").then_stall())
            .reply(Reply::status(200));
        let begun = Instant::now();
        let client = client(&transport, RetryMiddleware::new().policy(AtOnce(1)));
        let limit = Duration::from_millis(limit);
        assert_eq!(status(&support::within(&client, get(), limit).await), 200);
        let expected = [0, second].map(Duration::from_millis);
        assert_eq!(arrivals(&transport, begun), expected);
    }
}

//! Response bodies that are read within the attempt.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use request_context::{Call, Cancelled, Instant, with_body};
use reqwest::{Body, Response};
use reqwest_middleware::{ClientWithMiddleware, Error};
use safe_retry::{Buffered, Retry, RetryMiddleware};
use support::{At, Layer, arrivals, client, retries, seconds, status, whole_seconds};
use testkit::{Reply, ScriptedTransport};

/// Answers whose body takes longer than a request's timeout of two seconds.
fn stalls() -> Reply {
    Reply::status(200).chunk("half").then_stall()
}

async fn buffered(client: &ClientWithMiddleware, limit: usize) -> Result<Response, Error> {
    let request = client.get(support::URL).timeout(seconds(2));
    request.with_extension(Buffered::up_to(limit)).send().await
}

#[tokio::test(start_paused = true)]
async fn a_buffered_body_that_takes_too_long_is_asked_for_again() {
    let transport = ScriptedTransport::new().reply(stalls()).reply(
        Reply::status(200)
            .header("x-kept", "yes")
            .chunk("the ")
            .chunk("whole"),
    );
    let client = client(&transport, RetryMiddleware::new().policy(At::seconds([5])));
    let begun = Instant::now();
    let answer = buffered(&client, 100).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 5]));
    assert_eq!(answer.headers()["x-kept"], "yes");
    assert_eq!(answer.url().as_str(), support::URL);
    assert_eq!(answer.content_length(), Some(9));
    assert_eq!(answer.text().await.unwrap(), "the whole");
}

#[tokio::test(start_paused = true)]
async fn a_buffered_body_that_never_comes_ends_as_what_it_is_within_the_same_limits() {
    let transport = ScriptedTransport::new().otherwise(stalls());
    let client = client(
        &transport,
        RetryMiddleware::new().policy(At::seconds([5, 10])),
    );
    let begun = Instant::now();
    let error = buffered(&client, 100).await.unwrap_err();
    assert!(
        matches!(&error, Error::Reqwest(error) if error.is_timeout()),
        "{error:?}"
    );
    assert_eq!(begun.elapsed(), seconds(12));
    transport.assert_count(3);
}

#[tokio::test(start_paused = true)]
async fn without_buffered_a_body_that_takes_too_long_is_the_callers_business() {
    let transport = ScriptedTransport::new().reply(stalls());
    let client = client(&transport, retries());
    let answer = client
        .get(support::URL)
        .timeout(seconds(2))
        .send()
        .await
        .unwrap();
    assert!(answer.bytes().await.unwrap_err().is_timeout());
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_body_beyond_the_limit_is_handed_out_whole_while_it_arrives() {
    let long = Reply::status(200)
        .chunk("12345")
        .chunk("678")
        .pause(seconds(1))
        .chunk("90");
    let transport = ScriptedTransport::new().reply(long);
    let client = client(&transport, retries());
    let begun = Instant::now();
    let answer = buffered(&client, 7).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(answer.content_length(), None);
    assert_eq!(answer.text().await.unwrap(), "1234567890");
    assert_eq!(begun.elapsed(), seconds(1));
}

#[tokio::test(start_paused = true)]
async fn a_body_beyond_the_limit_that_takes_too_long_is_the_callers_business() {
    let long = Reply::status(200).chunk("12345").chunk("678").then_stall();
    let transport = ScriptedTransport::new().reply(long);
    let client = client(&transport, retries());
    let answer = buffered(&client, 7).await.unwrap();
    assert!(answer.bytes().await.unwrap_err().is_timeout());
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn the_body_of_an_error_is_not_read_within_the_attempt() {
    for code in [400, 404, 501] {
        let reply = Reply::status(code).chunk("why").then_stall();
        let transport = ScriptedTransport::new().reply(reply);
        let client = client(&transport, retries());
        let begun = Instant::now();
        assert_eq!(status(&buffered(&client, 100).await), code);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_of_a_request_that_is_sent_once_is_read_and_not_asked_for_again() {
    for own in [Retry::if_idempotent(), Retry::never()] {
        let transport = ScriptedTransport::new().reply(stalls());
        let client = client(&transport, retries());
        let begun = Instant::now();
        let payment = client.post(support::URL).timeout(seconds(2));
        let payment = payment
            .with_extension(Buffered::up_to(100))
            .with_extension(own);
        let error = payment.send().await.unwrap_err();
        assert!(error.is_timeout());
        assert_eq!(begun.elapsed(), seconds(2));
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_a_layer_ends_with_its_own_error_is_not_asked_for_again() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200).body("ignored"));
    let ends = Layer(|_: &Call, outcome: Result<Response, Error>| {
        outcome.map(|answer| {
            let cancelled = stream::iter([Ok(Bytes::from("half")), Err(Cancelled::new())]);
            with_body(answer, |_| Body::wrap_stream(cancelled))
        })
    });
    let client = transport.client_with(|chain| chain.with(retries()).with(ends));
    let error = buffered(&client, 100).await.unwrap_err();
    let mut sources =
        std::iter::successors(std::error::Error::source(&error), |source| source.source());
    assert!(
        sources.any(<dyn std::error::Error>::is::<Cancelled>),
        "{error:?}"
    );
    transport.assert_count(1);
}

/// Some streams panic when they are polled after their end, one of futures' among them.
#[tokio::test(start_paused = true)]
async fn a_body_that_is_empty_is_not_read_beyond_its_end() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200).body("ignored"));
    let empties = Layer(|_: &Call, outcome: Result<Response, Error>| {
        let empty = stream::unfold((), async |()| None::<(Result<Bytes, Cancelled>, ())>);
        outcome.map(|answer| with_body(answer, |_| Body::wrap_stream(empty)))
    });
    let client = transport.client_with(|chain| chain.with(retries()).with(empties));
    let answer = buffered(&client, 100).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), "");
}

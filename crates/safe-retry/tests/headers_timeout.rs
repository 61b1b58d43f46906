//! The limit on how long one attempt waits for its headers.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use request_context::{HeadersTimedOut, Instant};
use reqwest_middleware::ClientWithMiddleware;
use safe_retry::{HeadersTimeout, HeadersTimeoutMiddleware, RetryMiddleware};
use support::{At, arrivals, get, is, seconds, status, whole_seconds};
use testkit::{Reply, ScriptedTransport};

fn limited(
    transport: &ScriptedTransport,
    limit: impl Into<Option<Duration>>,
) -> ClientWithMiddleware {
    let layer = HeadersTimeoutMiddleware::new(limit);
    transport.client_with(|chain| chain.with(layer))
}

#[tokio::test(start_paused = true)]
async fn headers_that_do_not_arrive_in_time_end_the_attempt_and_drop_it() {
    let transport = ScriptedTransport::new().hang();
    let begun = Instant::now();
    let error = limited(&transport, seconds(5))
        .execute(get())
        .await
        .unwrap_err();
    assert!(is::<HeadersTimedOut>(&error), "{error:?}");
    assert_eq!(begun.elapsed(), seconds(5));
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn the_body_is_not_counted() {
    let slow = Reply::status(200)
        .chunk("first ")
        .pause(seconds(60))
        .chunk("last")
        .after(seconds(4));
    let transport = ScriptedTransport::new().reply(slow);
    let answer = limited(&transport, seconds(5))
        .execute(get())
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "first last");
}

#[tokio::test(start_paused = true)]
async fn a_requests_own_limit_takes_the_place_of_the_layers_be_it_longer_or_shorter() {
    for (own, ends_after, is_answered) in [(2, 2, false), (60, 10, true)] {
        for layers in [Some(seconds(5)), None] {
            let transport = ScriptedTransport::new().reply(Reply::status(200).after(seconds(10)));
            let client = limited(&transport, layers);
            let begun = Instant::now();
            let own = HeadersTimeout::within(seconds(own));
            let outcome = client.get(support::URL).with_extension(own).send().await;
            assert_eq!(begun.elapsed(), seconds(ends_after));
            assert_eq!(outcome.is_ok(), is_answered);
            assert!(
                outcome
                    .err()
                    .is_none_or(|error| is::<HeadersTimedOut>(&error))
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_an_attempt_may_take_its_time() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200).after(seconds(3600)));
    for limit in [None, Some(Duration::MAX)] {
        assert_eq!(
            status(&limited(&transport, limit).execute(get()).await),
            200
        );
    }
    let default = HeadersTimeoutMiddleware::default();
    let client = transport.client_with(|chain| chain.with(default));
    assert_eq!(status(&client.execute(get()).await), 200);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_the_whole_limit_and_is_retried_as_a_timeout() {
    let transport = ScriptedTransport::new()
        .hang()
        .hang()
        .reply(Reply::status(200).after(seconds(4)));
    let retries = RetryMiddleware::new().policy(At::seconds([6, 12]));
    let client = transport.client_with(|chain| {
        chain
            .with(retries)
            .with(HeadersTimeoutMiddleware::new(seconds(5)))
    });
    let begun = Instant::now();
    assert_eq!(status(&client.execute(get()).await), 200);
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 6, 12]));
    assert_eq!(begun.elapsed(), seconds(16));
}

#[tokio::test(start_paused = true)]
async fn other_errors_pass_as_they_are() {
    let transport = ScriptedTransport::new().fail(request_context::Cancelled::new());
    let error = limited(&transport, seconds(5))
        .execute(get())
        .await
        .unwrap_err();
    assert!(is::<request_context::Cancelled>(&error));
}

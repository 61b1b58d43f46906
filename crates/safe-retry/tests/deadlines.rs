//! Waits and attempts within the deadline of the call.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use http::HeaderName;
use request_context::Instant;
use safe_retry::RetryMiddleware;
use support::{
    At, arrivals, client, get, retries, seconds, status, whole_seconds, with_deadline, within,
};
use testkit::{Reply, ScriptedTransport};

#[tokio::test(start_paused = true)]
async fn a_deadline_before_the_next_attempt_ends_the_call_at_once_with_the_last_outcome() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503).body("first"))
        .reply(Reply::status(502).body("last"));
    let client = client(&transport, retries());
    let begun = Instant::now();
    // The first wait takes one second, the next would take two.
    let answer = within(&client, get(), Duration::from_millis(2999))
        .await
        .unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(answer.text().await.unwrap(), "last");
    assert_eq!(begun.elapsed(), seconds(1));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_could_only_begin_at_the_deadline_is_not_made() {
    for (limit, sent) in [(3000, 2), (3001, 3)] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let client = client(&transport, retries());
        let begun = Instant::now();
        let outcome = within(&client, get(), Duration::from_millis(limit)).await;
        assert_eq!(status(&outcome), 503);
        assert_eq!(
            arrivals(&transport, begun),
            whole_seconds([0, 1, 3][..sent].to_vec())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_server_asks_for_is_no_reason_to_miss_the_deadline() {
    let busy = Reply::status(429).header("retry-after", "10");
    let transport = ScriptedTransport::new().reply(busy);
    let client = client(&transport, retries());
    let begun = Instant::now();
    assert_eq!(status(&within(&client, get(), seconds(10)).await), 429);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_within_an_attempt_ends_the_call_with_that_attempts_timeout() {
    let transport = ScriptedTransport::new().reply(Reply::status(503)).hang();
    let client = client(&transport, retries());
    let begun = Instant::now();
    let error = within(&client, get(), seconds(5)).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(begun.elapsed(), seconds(5));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_stamped_with_what_is_left() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, retries());
    let (mut extensions, call) = with_deadline(seconds(10));
    call.set_deadline_header(HeaderName::from_static("x-time-left"));
    let mut request = get();
    call.stamp(&mut request).unwrap();
    client
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    let requests = transport.requests();
    let timeouts: Vec<_> = requests
        .iter()
        .map(|sent| sent.timeout().unwrap())
        .collect();
    assert_eq!(timeouts, whole_seconds([10, 9, 7, 3]));
    let headers: Vec<_> = requests
        .iter()
        .map(|sent| sent.header("x-time-left").unwrap())
        .collect();
    assert_eq!(headers, ["10000", "9000", "7000", "3000"]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_requests_own_is_that_of_each_attempt() {
    let transport = ScriptedTransport::new()
        .hang()
        .hang()
        .reply(Reply::status(200));
    let client = client(
        &transport,
        RetryMiddleware::new().policy(At::seconds([3, 6])),
    );
    let mut request = get();
    *request.timeout_mut() = Some(seconds(2));
    let begun = Instant::now();
    let (mut extensions, _) = with_deadline(seconds(60));
    let outcome = client
        .execute_with_extensions(request, &mut extensions)
        .await;
    assert_eq!(status(&outcome), 200);
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 3, 6]));
    let timeouts: Vec<_> = transport
        .requests()
        .iter()
        .map(testkit::SentRequest::timeout)
        .collect();
    assert_eq!(timeouts, [Some(seconds(2)); 3]);
}

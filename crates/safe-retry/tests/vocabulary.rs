//! The policies and strategies of others, plugged in as they are.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use request_context::Instant;
use reqwest::Response;
use reqwest_middleware::Error;
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_retry::{DefaultRetryableStrategy, Jitter, Retryable, RetryableStrategy};
use safe_retry::{Retry, RetryMiddleware};
use support::{At, arrivals, client, get, is, retries, seconds, status, whole_seconds};
use testkit::{Answer, Reply, ScriptedTransport};

/// A strategy that says what this function says, and counts how often it is asked.
#[derive(Clone)]
struct Says<F> {
    says: F,
    asked: Arc<AtomicUsize>,
}

type Outcome = Result<Response, Error>;

impl<F: Fn(&Outcome) -> Option<Retryable>> Says<F> {
    fn new(says: F) -> Self {
        Self {
            says,
            asked: Arc::default(),
        }
    }
}

impl<F: Fn(&Outcome) -> Option<Retryable>> RetryableStrategy for Says<F> {
    fn handle(&self, outcome: &Outcome) -> Option<Retryable> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.says)(outcome)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the cluster elects a leader")]
struct NoLeader;

#[tokio::test(start_paused = true)]
async fn a_users_own_strategy_may_retry_a_success() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"state":"pending"}"#).header("x-state", "pending"))
        .reply(Reply::json(200, r#"{"state":"done"}"#));
    let strategy = Says::new(|outcome| {
        let pending = outcome
            .as_ref()
            .is_ok_and(|answer| answer.headers().contains_key("x-state"));
        pending.then_some(Retryable::Transient)
    });
    let begun = Instant::now();
    let client = client(&transport, retries().strategy(strategy.clone()));
    let answer = client.execute(get()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"state":"done"}"#);
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 1]));
    assert_eq!(strategy.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_strategy_that_has_nothing_to_say_of_an_error_ends_the_call_with_it() {
    let transport = ScriptedTransport::new().then(Answer::fail_to_connect());
    let client = client(&transport, retries().strategy(Says::new(|_| None)));
    let error = client.execute(get()).await.unwrap_err();
    assert!(error.is_connect());
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_strategy_may_retry_a_layers_own_error_which_comes_up_unwrapped() {
    let strategy = Says::new(|outcome| {
        let no_leader = outcome.as_ref().is_err_and(is::<NoLeader>);
        no_leader.then_some(Retryable::Transient)
    });
    let transport = ScriptedTransport::new().respond_with(|_| Answer::fail(NoLeader));
    let client = client(&transport, retries().strategy(strategy));
    let error = client.execute(get()).await.unwrap_err();
    assert!(is::<NoLeader>(&error), "{error:?}");
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_strategy_is_not_asked_about_what_is_not_sent_again_anyway() {
    let transport = ScriptedTransport::new().reply(Reply::status(503));
    let strategy = Says::new(|_| Some(Retryable::Transient));
    let client = client(&transport, retries().strategy(strategy.clone()));
    client.post(support::URL).send().await.unwrap();
    assert_eq!(strategy.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn reqwest_retrys_default_strategy_retries_a_501_and_ours_does_not() {
    for (theirs, sent) in [(true, 4), (false, 1)] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(501));
        let layer = if theirs {
            retries().strategy(DefaultRetryableStrategy)
        } else {
            retries()
        };
        assert_eq!(status(&client(&transport, layer).execute(get()).await), 501);
        transport.assert_count(sent);
    }
}

#[tokio::test(start_paused = true)]
async fn an_exponential_backoff_without_jitter_is_followed() {
    let policy = ExponentialBackoff::builder()
        .retry_bounds(seconds(1), seconds(3))
        .jitter(Jitter::None)
        .build_with_max_retries(4);
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, RetryMiddleware::new().policy(policy));
    let begun = Instant::now();
    client.execute(get()).await.unwrap();
    // It reads the wall clock itself, so that each timer may fire a moment later.
    let arrived = arrivals(&transport, begun);
    let arrived: Vec<_> = arrived.iter().map(Duration::as_secs).collect();
    assert_eq!(arrived, [0, 1, 3, 6, 9]);
}

#[tokio::test(start_paused = true)]
async fn a_total_retry_duration_is_counted_by_the_time_that_passes_for_the_call() {
    let policy = ExponentialBackoff::builder()
        .retry_bounds(seconds(20), seconds(20))
        .jitter(Jitter::None)
        .build_with_total_retry_duration(seconds(50));
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, RetryMiddleware::new().policy(policy));
    client.execute(get()).await.unwrap();
    // At 0, 20, 40 and 60 seconds. Then more than 50 have passed.
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_requests_own_number_of_retries_goes_before_the_clients() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, RetryMiddleware::new().max_retries(5));
    for (own, sent) in [
        (Retry::if_idempotent().max_retries(0), 1),
        (Retry::if_idempotent().max_retries(2), 3),
    ] {
        let before = transport.requests().len();
        let request = client.get(support::URL).with_extension(own);
        request.send().await.unwrap();
        assert_eq!(transport.requests().len() - before, sent);
    }
    let post = client.post(support::URL).body("a");
    let post = post.with_extension(Retry::if_idempotent().max_retries(2));
    post.send().await.unwrap();
    transport.assert_count(5);
}

#[tokio::test(start_paused = true)]
async fn one_requests_policy_takes_the_place_of_the_clients() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, retries());
    let begun = Instant::now();
    let own = Retry::if_idempotent().policy(At::seconds([5]));
    client
        .get(support::URL)
        .with_extension(own)
        .send()
        .await
        .unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 5]));
}

#[tokio::test(start_paused = true)]
async fn more_statuses_of_the_client_and_of_one_request_add_up() {
    let asked = |code: u16| StatusCode::from_u16(code).unwrap();
    for (code, with_own, without) in [(409, 4, 4), (425, 4, 1), (404, 1, 1), (503, 4, 4)] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(code));
        let client = client(&transport, retries().also_on(asked(409)));
        let own = Retry::if_idempotent().also_on(asked(425));
        client
            .get(support::URL)
            .with_extension(own)
            .send()
            .await
            .unwrap();
        transport.assert_count(with_own);
        client.get(support::URL).send().await.unwrap();
        transport.assert_count(with_own + without);
    }
}

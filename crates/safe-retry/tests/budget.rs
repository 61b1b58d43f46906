//! How much extra load retries may be.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use reqwest::Method;
use reqwest_middleware::ClientWithMiddleware;
use safe_retry::{RetryBudget, RetryMiddleware};
use support::{AtOnce, client, request, seconds, status};
use testkit::{Answer, Reply, ScriptedTransport};
use tokio::time::sleep;

/// One retry for each call, at once, out of ten in ten seconds.
fn ten_in_ten_seconds() -> RetryMiddleware {
    RetryMiddleware::new()
        .policy(AtOnce(1))
        .budget(RetryBudget::default().min_per_second(1).ratio(0.0))
}

fn down() -> ScriptedTransport {
    ScriptedTransport::new().otherwise(Reply::status(503).body("down"))
}

/// How many retries this many calls came to.
async fn retries(
    client: &ClientWithMiddleware,
    transport: &ScriptedTransport,
    calls: usize,
    url: &str,
) -> usize {
    let before = transport.count();
    for _ in 0..calls {
        client.get(url).send().await.unwrap();
    }
    transport.count() - before - calls
}

const ONE: &str = "http://one.test/";
const OTHER: &str = "http://other.test/";

#[tokio::test(start_paused = true)]
async fn an_empty_budget_lets_the_answer_go_up_at_once_and_no_call_is_refused() {
    let transport = down();
    let client = client(&transport, ten_in_ten_seconds());
    assert_eq!(retries(&client, &transport, 25, ONE).await, 10);
    let answer = client.get(ONE).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.text().await.unwrap(), "down");
}

#[tokio::test(start_paused = true)]
async fn an_error_goes_up_as_it_is_when_the_budget_is_empty() {
    let transport = ScriptedTransport::new().respond_with(|_| Answer::fail_to_connect());
    let nothing = RetryBudget::default().min_per_second(0).ratio(0.0);
    let client = client(
        &transport,
        RetryMiddleware::new().policy(AtOnce(9)).budget(nothing),
    );
    assert!(client.get(ONE).send().await.unwrap_err().is_connect());
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn time_refills_the_budget() {
    let transport = down();
    let client = client(&transport, ten_in_ten_seconds());
    assert_eq!(retries(&client, &transport, 25, ONE).await, 10);
    sleep(seconds(60)).await;
    assert_eq!(retries(&client, &transport, 25, ONE).await, 10);
}

#[tokio::test(start_paused = true)]
async fn calls_pay_for_retries() {
    let transport = ScriptedTransport::new()
        .repeat(10, &Reply::status(200))
        .otherwise(Reply::status(503));
    let one_in_five = RetryBudget::default().min_per_second(0).ratio(0.2);
    let client = client(
        &transport,
        RetryMiddleware::new().policy(AtOnce(1)).budget(one_in_five),
    );
    // Ten that go well pay for two retries, and each further one for a fifth.
    assert_eq!(retries(&client, &transport, 10, ONE).await, 0);
    assert_eq!(retries(&client, &transport, 10, ONE).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_share_is_rounded_up_to_one_in_so_many_calls() {
    for (ratio, retried) in [(0.1, 6), (0.3, 20), (0.5, 30), (0.6, 60), (2.0, 60)] {
        let transport = down();
        let budget = RetryBudget::default().min_per_second(0).ratio(ratio);
        let layer = RetryMiddleware::new().policy(AtOnce(1)).budget(budget);
        let client = client(&transport, layer);
        let came = retries(&client, &transport, 60, ONE).await;
        assert_eq!(came, retried, "for {ratio}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_never_retried_pay_too() {
    let transport = ScriptedTransport::new()
        .repeat(10, &Reply::status(200))
        .otherwise(Reply::status(503));
    let one_in_five = RetryBudget::default().min_per_second(0).ratio(0.2);
    let client = client(
        &transport,
        RetryMiddleware::new().policy(AtOnce(9)).budget(one_in_five),
    );
    for _ in 0..10 {
        client.execute(request(Method::POST)).await.unwrap();
    }
    let url = support::URL;
    assert_eq!(retries(&client, &transport, 1, url).await, 2);
}

#[tokio::test(start_paused = true)]
async fn each_origin_has_its_own() {
    let transport = down();
    let client = client(&transport, ten_in_ten_seconds());
    assert_eq!(retries(&client, &transport, 25, ONE).await, 10);
    assert_eq!(retries(&client, &transport, 25, OTHER).await, 10);
    assert_eq!(retries(&client, &transport, 5, ONE).await, 0);
    assert_eq!(
        retries(&client, &transport, 5, "http://one.test/another/path").await,
        0
    );
    assert_eq!(
        retries(&client, &transport, 5, "http://one.test:8080/").await,
        5
    );
}

#[tokio::test(start_paused = true)]
async fn clones_of_the_layer_and_of_the_client_share_it() {
    let transport = down();
    let layer = ten_in_ten_seconds();
    let one = client(&transport, layer.clone());
    let other = client(&transport, layer.max_retries(3).policy(AtOnce(1)));
    assert_eq!(retries(&one, &transport, 4, ONE).await, 4);
    assert_eq!(retries(&one.clone(), &transport, 4, ONE).await, 4);
    assert_eq!(retries(&other, &transport, 4, ONE).await, 2);
}

#[tokio::test(start_paused = true)]
async fn none_is_no_limit() {
    let transport = down();
    let client = client(
        &transport,
        RetryMiddleware::new().policy(AtOnce(1)).budget(None),
    );
    assert_eq!(retries(&client, &transport, 500, ONE).await, 500);
}

#[tokio::test(start_paused = true)]
async fn by_default_there_are_a_hundred_in_ten_seconds_and_one_more_for_every_five_calls() {
    let transport = down();
    let client = client(&transport, RetryMiddleware::new().policy(AtOnce(1)));
    // 100 and a fifth of 250: what is paid for the last is not used up by earlier ones.
    assert_eq!(retries(&client, &transport, 250, ONE).await, 150);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_cannot_be_made_in_time_costs_nothing() {
    let transport = down();
    let layer = ten_in_ten_seconds().policy(support::At::seconds([5]));
    let client = client(&transport, layer);
    for _ in 0..20 {
        let outcome = support::within(&client, request(Method::GET), seconds(5)).await;
        assert_eq!(status(&outcome), 503);
    }
    transport.assert_count(20);
    let outcome = support::within(&client, request(Method::GET), seconds(6)).await;
    assert_eq!(status(&outcome), 503);
    transport.assert_count(22);
}

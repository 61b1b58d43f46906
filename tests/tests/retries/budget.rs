//! What a dying server sees of retries.

use std::collections::HashSet;

use facade::{ApiError, Client, ErrorKind, RetryBudget};
use futures_util::future::join_all;
use stack_tests::{builder, soon};
use testkit::{FaultServer, Reply};

use crate::policy::retries;

async fn dying() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(503));
    server
}

/// Two hundred calls at once, each of which may be sent three times.
async fn storm(client: &Client, server: &FaultServer) -> Vec<ApiError> {
    let calls = (0..200).map(|_| client.get(server.url_of("/x")).send());
    let outcomes = soon(join_all(calls)).await;
    outcomes.into_iter().map(Result::unwrap_err).collect()
}

/// One retry for every ten calls, and no reserve.
fn one_in_ten() -> RetryBudget {
    RetryBudget::default().min_per_second(0).ratio(0.1)
}

#[tokio::test]
async fn two_hundred_calls_to_a_dying_server_cost_it_one_retry_for_every_ten() {
    let server = dying().await;
    let retry = retries(2).budget(one_in_ten());
    let client = builder(server.url()).retry(retry).build().unwrap();
    let errors = storm(&client, &server).await;
    assert_eq!(server.request_count(), 200 + 20);
    let sent: u32 = errors.iter().map(ApiError::attempts).sum();
    assert_eq!(sent, 220);
    let kinds: HashSet<_> = errors.iter().map(ApiError::kind).collect();
    assert_eq!(kinds, HashSet::from([ErrorKind::Unavailable]));
}

#[tokio::test]
async fn without_a_budget_they_cost_it_all_they_may() {
    let server = dying().await;
    let retry = retries(2).budget(None);
    let client = builder(server.url()).retry(retry).build().unwrap();
    storm(&client, &server).await;
    assert_eq!(server.request_count(), 3 * 200);
}

#[tokio::test]
async fn clients_that_share_a_layer_share_its_budget() {
    let server = dying().await;
    let retry = retries(2).budget(one_in_ten());
    let one = builder(server.url()).retry(retry.clone()).build().unwrap();
    let other = builder(server.url()).retry(retry).build().unwrap();
    let derived = one.with(facade::CallOptions::new()).unwrap();
    for client in [one, other, derived] {
        for _ in 0..10 {
            soon(client.get("x").send()).await.unwrap_err();
        }
    }
    assert_eq!(server.request_count(), 30 + 3);
}

#[tokio::test]
async fn a_server_that_is_well_has_a_budget_of_its_own() {
    let (dying, flaky) = (dying().await, FaultServer::start().await.unwrap());
    let retry = retries(2).budget(one_in_ten());
    let client = builder(dying.url()).retry(retry).build().unwrap();
    storm(&client, &dying).await;
    for _ in 0..10 {
        soon(client.get(flaky.url()).send()).await.unwrap();
    }
    flaky.once(Reply::status(503));
    let healed = soon(client.get(flaky.url()).send()).await.unwrap();
    assert_eq!(healed.attempts(), 2);
    assert_eq!(dying.request_count(), 220);
}

//! Servers that take no token, or revoke a session when a refresh token is used twice; and what isn't ours.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use refresh_queue::{RefreshError, RefreshFailure, RefreshQueue};
use request_context::WithoutAuth;
use testkit::{Gate, Reply, ScriptedTransport};
use tokio::time::advance;

use crate::support::scripted::{URL, client, stale_queue};
use crate::support::{Refresher, Token};
use crate::world::{World, all_get, failure_of};

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_token_costs_five_refreshes_in_half_a_minute_and_no_more() {
    let refresher = Refresher::new();
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let client = client(&transport, &stale_queue(&refresher));
    for refreshes in 1..=5 {
        let answer = client.get(URL).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(
            (transport.count(), refresher.runs()),
            (2 * refreshes, refreshes)
        );
    }
    for more in 1..=10 {
        let error = client.get(URL).send().await.unwrap_err();
        assert!(matches!(
            failure_of(&error),
            RefreshFailure::TooManyRefreshes
        ));
        assert_eq!((transport.count(), refresher.runs()), (10 + more, 5));
    }
    advance(Duration::from_secs(30)).await;
    assert_eq!(client.get(URL).send().await.unwrap().status(), 401);
    assert_eq!((transport.count(), refresher.runs()), (20 + 2, 6));
}

#[tokio::test(start_paused = true)]
async fn refreshes_that_fail_do_not_count_as_too_many() {
    let refresher = (0..20).fold(Refresher::new(), |refresher, _| {
        refresher.then(|| Err(RefreshError::failed("no route to host")))
    });
    let queue = RefreshQueue::builder(refresher.clone())
        .backoff(Duration::ZERO, Duration::ZERO)
        .build();
    for _ in 0..20 {
        assert!(queue.credential().await.is_err());
    }
    assert!(queue.credential().await.is_ok());
    assert_eq!(refresher.runs(), 21);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_wants_no_credential_neither_waits_nor_refreshes_when_it_is_refused() {
    let world = World::new(|refresher| refresher);
    let calls = world.refused(1).await;
    for _ in 0..10 {
        let request = world.client.get(URL).with_extension(WithoutAuth);
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    world.assert(1 + 10, 1);
    world.refreshes.open();
    all_get(200, calls).await;
    world.assert(1 + 10 + 1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_to_another_origin_neither_waits_nor_refreshes_when_it_is_refused() {
    let world = World::new(|refresher| refresher);
    let calls = world.refused(1).await;
    for _ in 0..10 {
        let request = world.client.get("https://elsewhere.test/me");
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    world.assert(1 + 10, 1);
    world.refreshes.open();
    all_get(200, calls).await;
    world.assert(1 + 10 + 1, 1);
}

/// A token endpoint that rotates its refresh tokens and revokes the session when one comes twice (RFC 9700 §4.14.2).
#[derive(Default)]
struct Rotating {
    spent: HashSet<String>,
    exchanges: usize,
}

#[tokio::test(start_paused = true)]
async fn five_hundred_calls_on_an_expired_token_spend_a_rotating_refresh_token_once_and_none_fails()
{
    let server: Arc<Mutex<Rotating>> = Arc::default();
    let queue = RefreshQueue::builder({
        let server = Arc::clone(&server);
        move |stale: Option<Token>| {
            let server = Arc::clone(&server);
            async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                let mut server = server.lock().unwrap();
                server.exchanges += 1;
                // The test's token stands for the pair of both.
                let is_first = server.spent.insert(format!("{:?}", stale.unwrap()));
                is_first
                    .then(|| Token::named("fresh"))
                    .ok_or_else(|| RefreshError::rejected("invalid_grant"))
            }
        }
    });
    let queue = queue.credential(Token::named("expired")).build();
    let refusals = Gate::new();
    let refused_at = refusals.clone();
    let transport = ScriptedTransport::new().respond_with(move |request| {
        match request.header("authorization") {
            Some("Bearer fresh") => Reply::status(200),
            _ => Reply::status(401).after_gate(&refused_at),
        }
    });
    let client = client(&transport, &queue);
    let calls = (0..500)
        .map(|_| tokio::spawn(client.get(URL).send()))
        .collect();
    refusals.wait_for(500).await;
    refusals.open();
    all_get(200, calls).await;
    assert_eq!(transport.count(), 500 + 500);
    assert_eq!(server.lock().unwrap().exchanges, 1);
}

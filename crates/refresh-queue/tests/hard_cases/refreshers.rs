//! Refreshers that die, or bring nothing good.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use refresh_queue::{QueueError, RefreshError, RefreshFailure, RefreshQueue};
use request_context::WithoutAuth;
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Reply, ScriptedTransport};
use tokio::time::{Instant, advance};

use crate::support::scripted::{URL, client};
use crate::support::{Token, others_wait};
use crate::world::{World, all_ended, all_fail, all_get, failure_of};

#[tokio::test(start_paused = true)]
async fn a_refresher_that_panics_fails_all_who_wait_and_the_next_call_is_healthy() {
    let world = World::new(|refresher| refresher.then(|| panic!("the refresher's own bug")));
    let mut calls = world.refused(10).await;
    calls.extend(world.calls(5));
    others_wait().await;
    world.refreshes.open();
    all_fail(|failure| matches!(failure, RefreshFailure::Panicked), calls).await;
    world.assert(10, 1);

    advance(Duration::from_secs(1)).await;
    all_get(200, world.calls(5)).await;
    world.assert(10 + 5, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_hangs_fails_all_who_wait_at_its_limit_and_the_next_call_is_healthy() {
    let world = World::new(|refresher| refresher);
    let begun = Instant::now();
    let calls = world.refused(10).await;
    all_fail(|failure| matches!(failure, RefreshFailure::TimedOut), calls).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(30));
    world.assert(10, 1);

    world.refreshes.open();
    advance(Duration::from_secs(1)).await;
    all_get(200, world.calls(5)).await;
    world.assert(10 + 5, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_fails_is_left_alone_until_its_backoff_is_over() {
    let world =
        World::new(|refresher| refresher.then(|| Err(RefreshError::failed("no route to host"))));
    let calls = world.refused(10).await;
    world.refreshes.open();
    let is_failed = |failure: &RefreshFailure| matches!(failure, RefreshFailure::Failed(_));
    all_fail(is_failed, calls).await;
    all_fail(is_failed, world.calls(10)).await;
    world.assert(10, 1);

    advance(Duration::from_secs(1)).await;
    all_get(200, world.calls(5)).await;
    world.assert(10 + 5, 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_ends_the_session_until_someone_signs_in() {
    let world =
        World::new(|refresher| refresher.then(|| Err(RefreshError::rejected("invalid_grant"))));
    let calls = world.refused(10).await;
    world.refreshes.open();
    all_ended(false, calls).await;
    advance(Duration::from_secs(3600)).await;
    all_ended(false, world.calls(10)).await;
    world.assert(10, 1);

    world.queue.set(Token::named("signed-in"));
    all_get(200, world.calls(5)).await;
    world.assert(10 + 5, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_brings_what_has_expired_already_is_not_asked_again_and_again() {
    let world = World::new(|refresher| {
        refresher.then(|| Ok(Token::named("odd").until(SystemTime::UNIX_EPOCH)))
    });
    let calls = world.refused(10).await;
    world.refreshes.open();
    all_get(200, calls).await;
    all_get(200, world.calls(10)).await;
    world.assert(10 + 10 + 10, 1);
}

/// A refresher that asks its token endpoint through the client that it refreshes for.
fn through_itself(
    ask: impl Fn(&ClientWithMiddleware) -> reqwest_middleware::RequestBuilder + Send + Sync + 'static,
) -> (RefreshQueue<Token>, ClientWithMiddleware, ScriptedTransport) {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let own: Arc<OnceLock<ClientWithMiddleware>> = Arc::default();
    let ask = Arc::new(ask);
    let queue = RefreshQueue::builder({
        let own = Arc::clone(&own);
        move |_stale: Option<Token>| {
            let exchange = ask(own.get().unwrap());
            async move {
                let answer = exchange.send().await.map_err(RefreshError::failed)?;
                let status = answer.status().as_u16();
                Err(RefreshError::failed(format!("status {status}")))
            }
        }
    });
    let queue = queue.credential(Token::named("stale")).build();
    let client = client(&transport, &queue);
    own.set(client.clone()).unwrap();
    (queue, client, transport)
}

#[tokio::test(start_paused = true)]
async fn a_refresh_call_that_gets_a_401_itself_starts_no_refresh() {
    let (_queue, client, transport) = through_itself(|own| {
        own.post("http://localhost/token")
            .with_extension(WithoutAuth)
    });
    let error = client.get(URL).send().await.unwrap_err();
    let RefreshFailure::Failed(reason) = failure_of(&error) else {
        panic!("{error:?}");
    };
    assert_eq!(reason.to_string(), "status 401");
    let paths: Vec<_> = transport
        .requests()
        .iter()
        .map(|sent| sent.path().to_owned())
        .collect();
    assert_eq!(paths, ["/me", "/token"]);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_call_that_wants_a_credential_gets_an_error_and_waits_for_nobody() {
    let (queue, client, transport) = through_itself(|own| own.post("http://localhost/token"));
    let begun = Instant::now();
    let error = client.get(URL).send().await.unwrap_err();
    let RefreshFailure::Failed(reason) = failure_of(&error) else {
        panic!("{error:?}");
    };
    let inner = reason.downcast_ref::<reqwest_middleware::Error>().unwrap();
    assert!(matches!(failure_of(inner), RefreshFailure::Reentrant));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    transport.assert_count(1);

    queue.set(Token::named("signed-in"));
    assert!(queue.credential().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_refresher_of_two_queues_in_a_ring_ends_at_its_limit() {
    let rings: Arc<OnceLock<[RefreshQueue<Token>; 2]>> = Arc::default();
    let queue = |other: usize| {
        let rings = Arc::clone(&rings);
        RefreshQueue::builder(move |_stale: Option<Token>| {
            let other = rings.get().unwrap()[other].clone();
            async move {
                other
                    .credential()
                    .await
                    .map(|_| Token::named("new"))
                    .map_err(RefreshError::failed)
            }
        })
        .timeout(Duration::from_secs(7))
        .build()
    };
    assert!(rings.set([queue(1), queue(0)]).is_ok());
    let begun = Instant::now();
    let error = rings.get().unwrap()[0].credential().await.unwrap_err();
    assert!(matches!(error, QueueError::Unavailable(_)));
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
}

//! Several processes with one session.

use std::time::Duration;

use facade::TokenStore;
use futures_util::future::join_all;

use crate::worker::Worker;
use crate::world::World;

const EXPIRIES: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_with_fifty_callers_each_refresh_once_for_each_of_twenty_expiries() {
    let world = World::signed_in(Duration::ZERO).await;
    let mut workers = join_all((0..4).map(|_| Worker::start(&world))).await;
    for _ in 0..EXPIRIES {
        world.expire().await;
        let answers = join_all(workers.iter_mut().map(|worker| worker.calls(50))).await;
        assert_eq!(answers, ["50 ok"; 4]);
    }
    let stats = world.stats().await;
    println!(
        "4 processes, 50 callers each, {EXPIRIES} expiries: {} refreshes, {} rejected, {} requests refused",
        stats.refreshes, stats.refreshes_rejected, stats.unauthorized
    );
    let counts = (
        stats.refreshes,
        stats.refreshes_repeated,
        stats.refreshes_rejected,
        stats.sessions_ended,
    );
    assert_eq!(counts, (EXPIRIES, 0, 0, 0));
    assert_eq!(world.left_over(), [""; 0]);
    join_all(workers.into_iter().map(Worker::end)).await;
    assert!(world.store().load().await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_ended_is_over_for_all_processes_after_one_request() {
    let world = World::signed_in(Duration::ZERO).await;
    let mut workers = join_all((0..4).map(|_| Worker::start(&world))).await;
    world.revoke().await;
    let answers = join_all(workers.iter_mut().map(|worker| worker.calls(10))).await;
    assert_eq!(answers, ["10 SessionEnded"; 4]);
    assert_eq!(world.stats().await.refreshes_rejected, 1);
    assert!(world.store().load().await.unwrap().is_none());
}

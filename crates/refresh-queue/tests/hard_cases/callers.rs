//! Callers that leave, sign out, sign in, come late or come by another client.

use crate::support::scripted::{URL, client, sent_tokens};
use crate::support::{Token, others_wait};
use crate::world::{World, all_ended, all_get};

#[tokio::test(start_paused = true)]
async fn one_waiter_cancelled_changes_nothing_for_the_others() {
    for leaver in [0, 5, 9] {
        let world = World::new(|refresher| refresher);
        let mut calls = world.refused(10).await;
        let left = calls.remove(leaver);
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        world.refreshes.open();
        all_get(200, calls).await;
        world.assert(10 + 9, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn all_waiters_cancelled_and_the_refresh_is_kept_for_the_next() {
    let world = World::new(|refresher| refresher);
    for call in world.refused(10).await {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    world.refreshes.open();
    all_get(200, world.calls(5)).await;
    world.assert(10 + 5, 1);
}

#[tokio::test(start_paused = true)]
async fn a_logout_during_the_refresh_ends_all_calls_and_stays() {
    let world = World::new(|refresher| refresher);
    let mut calls = world.refused(10).await;
    calls.extend(world.calls(5));
    others_wait().await;
    world.queue.clear();
    all_ended(true, calls).await;

    world.refreshes.open();
    world.refresher.wait_for_finished(1).await;
    assert!(world.queue.current().is_none());
    all_ended(true, world.calls(5)).await;
    world.assert(10, 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_as_another_user_during_the_refresh_ends_the_calls_of_the_one_before() {
    let ada = Token::named("stale").of("ada");
    let world = World::of(ada, |refresher| {
        refresher.then(|| Ok(Token::named("adas-next").of("ada")))
    });
    let mut calls = world.refused(10).await;
    calls.extend(world.calls(5));
    others_wait().await;
    world.queue.set(Token::named("bobs").of("bob"));
    all_ended(true, calls).await;

    world.refreshes.open();
    world.refresher.wait_for_finished(1).await;
    all_get(200, world.calls(1)).await;
    world.assert(10 + 1, 1);
    assert_eq!(sent_tokens(&world.transport)[10], "Bearer bobs");
}

#[tokio::test(start_paused = true)]
async fn a_login_as_the_same_user_during_the_refresh_heals_the_calls_at_once() {
    let ada = Token::named("stale").of("ada");
    let world = World::of(ada, |refresher| refresher);
    let calls = world.refused(10).await;
    world.queue.set(Token::named("again").of("ada"));
    all_get(200, calls).await;

    world.refreshes.open();
    world.refresher.wait_for_finished(1).await;
    all_get(200, world.calls(1)).await;
    world.assert(10 + 10 + 1, 1);
    assert_eq!(sent_tokens(&world.transport)[20], "Bearer again");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_late_refusals_after_the_refresh_starts_no_other() {
    let world = World::new(|refresher| refresher);
    world.refreshes.open();
    let calls = world.calls(100);
    world.refusals.wait_for(100).await;
    world.refusals.release(1);
    world.refresher.wait_for_finished(1).await;
    world.refusals.open();
    all_get(200, calls).await;
    world.assert(100 + 100, 1);
}

#[tokio::test(start_paused = true)]
async fn two_clients_on_one_queue_share_the_refresh() {
    let world = World::new(|refresher| refresher);
    let other = client(&world.transport, &world.queue);
    let mut calls = world.calls(10);
    calls.extend((0..10).map(|_| tokio::spawn(other.get(URL).send())));
    world.refusals.wait_for(20).await;
    world.refusals.open();
    world.refreshes.open();
    all_get(200, calls).await;
    world.assert(20 + 20, 1);
}

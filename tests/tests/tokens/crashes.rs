//! A process that dies in the middle of a refresh, at each step.

use std::time::Duration;

use facade::TokenStore;

use crate::relay::Relay;
use crate::worker::Worker;
use crate::world::World;

const STRICT: Duration = Duration::ZERO;
const LENIENT: Duration = Duration::from_secs(600);

/// When the first process is killed.
#[derive(Clone, Copy, Debug)]
enum When {
    /// It has taken this step.
    At(&'static str),
    /// The server has answered, and the answer is not here yet.
    RequestSent,
}

/// What the next process finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The old tokens, which it refreshes.
    Refreshes,
    /// The new tokens.
    Adopts,
    /// A refresh token that was spent in vain. What becomes of it is the server's to say.
    TriesTheSpentToken,
}

/// The steps in their order, and what a death there leaves behind.
const STEPS: [(When, Next); 9] = [
    (When::At("locking"), Next::Refreshes),
    (When::At("locked"), Next::Refreshes),
    (When::At("marked"), Next::Refreshes),
    (When::At("exchanging"), Next::Refreshes),
    (When::RequestSent, Next::TriesTheSpentToken),
    (When::At("answered"), Next::TriesTheSpentToken),
    (
        When::At("temporary file written during save"),
        Next::TriesTheSpentToken,
    ),
    (When::At("renamed during save"), Next::Adopts),
    (When::At("unlocking"), Next::Adopts),
];

#[tokio::test(flavor = "multi_thread")]
async fn where_a_spent_token_is_taken_for_a_while_a_crash_at_any_step_leaves_a_healthy_session() {
    for (when, next) in STEPS {
        let world = crashed(LENIENT, when).await;
        let mut worker = Worker::start(&world).await;
        assert_eq!(worker.calls(3).await, "3 ok", "{when:?}");
        let stats = world.stats().await;
        let counts = (
            stats.refreshes,
            stats.refreshes_repeated,
            stats.refreshes_rejected,
        );
        let expected = match next {
            Next::Refreshes | Next::Adopts => (1, 0, 0),
            Next::TriesTheSpentToken => (1, 1, 0),
        };
        assert_eq!(counts, expected, "{when:?}");
        goes_on(&world, worker, when).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_spent_token_ends_the_session_a_crash_costs_it_only_between_the_answer_and_the_save()
 {
    for (when, next) in STEPS {
        let world = crashed(STRICT, when).await;
        let mut worker = Worker::start(&world).await;
        let answer = worker.calls(3).await;
        let stats = world.stats().await;
        let counts = (stats.refreshes, stats.refreshes_rejected);
        if next == Next::TriesTheSpentToken {
            assert_eq!(answer, "3 SessionEnded", "{when:?}");
            assert_eq!(counts, (1, 1), "{when:?}");
            // Nor does anyone try again.
            assert_eq!(worker.calls(3).await, "3 SessionEnded", "{when:?}");
            let mut another = Worker::start(&world).await;
            assert_eq!(another.calls(3).await, "3 SessionEnded", "{when:?}");
            assert_eq!(world.stats().await.refreshes_rejected, 1, "{when:?}");
            assert!(world.store().load().await.unwrap().is_none(), "{when:?}");
        } else {
            assert_eq!(answer, "3 ok", "{when:?}");
            assert_eq!(counts, (1, 0), "{when:?}");
            goes_on(&world, worker, when).await;
        }
    }
}

/// A world in which a process was killed in its refresh.
async fn crashed(leeway: Duration, when: When) -> World {
    let world = World::signed_in(leeway).await;
    world.expire().await;
    match when {
        When::At(step) => {
            let mut worker = Worker::stopping_at(&world, step).await;
            worker.begin(1).await;
            assert_eq!(worker.answer().await, Some(format!("at {step}")));
            worker.kill().await;
        }
        When::RequestSent => {
            let mut relay = Relay::before(world.url()).await;
            let mut worker = Worker::through(&world, relay.token_url()).await;
            worker.begin(1).await;
            relay.answered().await;
            worker.kill().await;
        }
    }
    let stored = world.store().load().await;
    assert!(stored.unwrap().is_some(), "{when:?} broke the file");
    world
}

/// The session is as if nothing had happened: the next expiry costs one refresh, and nothing is left over.
async fn goes_on(world: &World, mut worker: Worker, when: When) {
    let before = world.stats().await;
    world.expire().await;
    assert_eq!(worker.calls(3).await, "3 ok", "{when:?}");
    let since = world.stats().await.since(&before);
    let counts = (
        since.refreshes,
        since.refreshes_repeated,
        since.refreshes_rejected,
    );
    assert_eq!(counts, (1, 0, 0), "{when:?}");
    assert_eq!(world.left_over(), [""; 0], "{when:?}");
}

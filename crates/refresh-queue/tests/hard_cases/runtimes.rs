//! Calls on two runtimes over one queue.

use refresh_queue::RefreshFailure;
use tokio::runtime::{Builder, Runtime};

use crate::support::others_wait;
use crate::support::scripted::sent_tokens;
use crate::world::{World, all_fail, all_get};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_runtime_that_shuts_down_in_the_middle_fails_all_who_wait_and_the_next_call_is_healthy() {
    let world = World::new(|refresher| refresher);
    let first = runtime();
    let own = first.block_on(world.refused(1));
    runtime().block_on(async {
        let calls = world.calls(10);
        others_wait().await;
        first.shutdown_background();
        let is_ended = |failure: &RefreshFailure| matches!(failure, RefreshFailure::RuntimeEnded);
        all_fail(is_ended, calls).await;
        for call in own {
            assert!(call.await.unwrap_err().is_cancelled());
        }
        world.assert(1, 1);

        world.refreshes.open();
        all_get(200, world.calls(10)).await;
    });
    world.assert(1 + 10, 2);
}

#[test]
fn a_caller_on_a_second_runtime_waits_for_the_refresh_of_the_first() {
    let world = World::new(|refresher| refresher);
    let first = runtime();
    let own = first.block_on(world.refused(1));
    let second = runtime();
    let calls = second.block_on(async {
        let calls = world.calls(10);
        others_wait().await;
        calls
    });
    world.refreshes.open();
    first.block_on(all_get(200, own));
    second.block_on(all_get(200, calls));
    world.assert(1 + 1 + 10, 1);
    assert_eq!(sent_tokens(&world.transport)[0], "Bearer stale");
}

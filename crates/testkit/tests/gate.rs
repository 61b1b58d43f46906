//! The gate holds tasks, counts them, and lets them go in order.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::{Arc, Mutex};

use testkit::Gate;
use tokio::task::{JoinSet, yield_now};

/// Lets every other task run until it waits.
async fn settle() {
    for _ in 0..16 {
        yield_now().await;
    }
}

/// Sends `n` tasks to the gate, one after the other; they note their numbers when they are through.
async fn send(gate: &Gate, n: usize) -> (JoinSet<()>, Arc<Mutex<Vec<usize>>>) {
    let through = Arc::<Mutex<Vec<usize>>>::default();
    let mut tasks = JoinSet::new();
    for number in 0..n {
        let (gate, through) = (gate.clone(), Arc::clone(&through));
        tasks.spawn(async move {
            gate.pass().await;
            through.lock().unwrap().push(number);
        });
    }
    settle().await;
    (tasks, through)
}

#[tokio::test]
async fn a_release_lets_exactly_that_many_through_in_order() {
    let gate = Gate::new();
    let (_tasks, through) = send(&gate, 5).await;
    assert_eq!(gate.held(), 5);

    gate.release(2);
    assert_eq!(
        gate.held(),
        3,
        "released tasks aren't held, even before they run"
    );
    settle().await;
    assert_eq!(*through.lock().unwrap(), [0, 1]);

    gate.release(1);
    settle().await;
    assert_eq!(*through.lock().unwrap(), [0, 1, 2]);
    assert_eq!(gate.held(), 2);
}

#[tokio::test]
async fn a_task_dropped_while_held_is_no_longer_counted() {
    let gate = Gate::new();
    let (mut tasks, through) = send(&gate, 3).await;
    tasks.abort_all();
    while tasks.join_next().await.is_some() {}

    assert_eq!(gate.held(), 0);
    assert!(through.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_task_dropped_in_the_middle_of_the_queue_costs_nobody_a_pass() {
    let gate = Gate::new();
    let leaver = tokio::spawn({
        let gate = gate.clone();
        async move { gate.pass().await }
    });
    gate.wait_for(1).await;
    let (_tasks, through) = send(&gate, 2).await;
    leaver.abort();
    assert!(leaver.await.unwrap_err().is_cancelled());
    assert_eq!(gate.held(), 2);

    gate.release(1);
    settle().await;
    assert_eq!(*through.lock().unwrap(), [0]);
}

#[tokio::test]
async fn a_released_task_that_is_dropped_before_it_runs_hands_its_pass_on() {
    let gate = Gate::new();
    let leaver = tokio::spawn({
        let gate = gate.clone();
        async move { gate.pass().await }
    });
    gate.wait_for(1).await;
    let (_tasks, through) = send(&gate, 2).await;

    gate.release(1);
    leaver.abort();
    assert!(leaver.await.unwrap_err().is_cancelled());
    settle().await;
    assert_eq!(*through.lock().unwrap(), [0]);
    assert_eq!(gate.held(), 1);
}

#[tokio::test]
async fn passes_for_nobody_are_kept_for_the_next_to_come() {
    let gate = Gate::new();
    gate.release(2);
    let (_tasks, through) = send(&gate, 3).await;
    assert_eq!(*through.lock().unwrap(), [0, 1]);
    assert_eq!(gate.held(), 1);
}

#[tokio::test]
async fn an_open_gate_holds_nobody_until_it_is_closed() {
    let gate = Gate::new();
    let (_held, first) = send(&gate, 2).await;
    gate.open();
    assert_eq!(gate.held(), 0);
    let (_tasks, second) = send(&gate, 2).await;
    assert_eq!(*first.lock().unwrap(), [0, 1]);
    assert_eq!(*second.lock().unwrap(), [0, 1]);

    gate.release(7);
    gate.close();
    let (_tasks, third) = send(&gate, 1).await;
    assert!(third.lock().unwrap().is_empty());
    assert_eq!(gate.held(), 1);
}

#[tokio::test]
async fn a_test_waits_until_all_are_held() {
    let gate = Gate::new();
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let gate = gate.clone();
        tasks.spawn(async move { gate.pass().await });
    }
    assert_eq!(gate.held(), 0);
    gate.wait_for(3).await;
    assert_eq!(gate.held(), 3);
    gate.open();
    assert_eq!(tasks.join_all().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_pass_is_lost_between_threads() {
    let gate = Gate::new();
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let gate = gate.clone();
        tasks.spawn(async move { gate.pass().await });
    }
    for _ in 0..200 {
        gate.release(1);
        yield_now().await;
    }
    assert_eq!(tasks.join_all().await.len(), 200);
    assert_eq!(gate.held(), 0);
}

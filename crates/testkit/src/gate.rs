//! A gate that holds tasks and lets them go.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

/// Holds the tasks that come to it until the test lets them go.
///
/// A gate starts closed. It replaces sleeps in tests of concurrent code: the test waits until exactly `n` tasks stand at
/// the gate ([`wait_for`](Gate::wait_for)), does what it came to do, and lets some or all of them pass, in the order in
/// which they came. Clones are handles on one gate.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let gate = testkit::Gate::new();
/// let task = tokio::spawn({
///     let gate = gate.clone();
///     async move { gate.pass().await }
/// });
///
/// gate.wait_for(1).await;
/// gate.release(1);
/// task.await.unwrap();
/// assert_eq!(gate.held(), 0);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    held: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    open: bool,
    /// Passes given out by `release` when too few tasks were held.
    spare: usize,
    arrivals: u64,
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

impl Gate {
    /// Makes a closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes through the gate, held until it is opened or this task is released.
    ///
    /// # Cancel safety
    ///
    /// A task dropped while held is no longer counted. One dropped after its release, but before it ran on, hands its
    /// pass to the next.
    pub async fn pass(&self) {
        let Some(mut place) = self.arrive() else {
            return;
        };
        // The sender lives in the state until it is used, so an error can't come before the pass.
        let _ = (&mut place.released).await;
        place.passed = true;
    }

    /// Returns how many tasks are held now. Released tasks are not counted, even if they have not run yet.
    #[must_use]
    pub fn held(&self) -> usize {
        self.state().waiting.len()
    }

    /// Waits until at least `n` tasks are held at the same time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the wait changes nothing.
    pub async fn wait_for(&self, n: usize) {
        // The sender is in `self`, so the channel can't close meanwhile.
        let _ = self
            .shared
            .held
            .subscribe()
            .wait_for(|held| *held >= n)
            .await;
    }

    /// Lets the next `n` tasks pass, in order of arrival: those held first, then those that come later.
    pub fn release(&self, n: usize) {
        let mut state = self.state();
        for _ in 0..n {
            state.give_pass();
        }
        self.publish(&state);
    }

    /// Opens the gate: all held tasks pass, and so does everyone who comes, until it is closed.
    pub fn open(&self) {
        let mut state = self.state();
        state.open = true;
        state.spare = 0;
        for (_, release) in state.waiting.drain(..) {
            let _ = release.send(());
        }
        self.publish(&state);
    }

    /// Closes the gate: everyone who comes is held. Passes released to nobody yet are void.
    pub fn close(&self) {
        let mut state = self.state();
        state.open = false;
        state.spare = 0;
    }

    fn arrive(&self) -> Option<Place<'_>> {
        let mut state = self.state();
        if state.open {
            return None;
        }
        if state.spare > 0 {
            state.spare -= 1;
            return None;
        }
        let (release, released) = oneshot::channel();
        let ticket = state.arrivals;
        state.arrivals += 1;
        state.waiting.push_back((ticket, release));
        self.publish(&state);
        Some(Place {
            gate: self,
            ticket,
            released,
            passed: false,
        })
    }

    /// Called with the lock held, so that counts are published in the order in which they came about.
    fn publish(&self, state: &State) {
        self.shared.held.send_replace(state.waiting.len());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn give_pass(&mut self) {
        if self.open {
            return;
        }
        match self.waiting.pop_front() {
            // A place leaves the queue under this lock before its receiver goes, so the send can't miss.
            Some((_, release)) => {
                let _ = release.send(());
            }
            None => self.spare += 1,
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Gate")
            .field("open", &state.open)
            .field("held", &state.waiting.len())
            .finish_non_exhaustive()
    }
}

/// One task's place in the queue.
struct Place<'a> {
    gate: &'a Gate,
    ticket: u64,
    released: oneshot::Receiver<()>,
    passed: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.passed {
            return;
        }
        let mut state = self.gate.state();
        let before = state.waiting.len();
        state.waiting.retain(|(ticket, _)| *ticket != self.ticket);
        if state.waiting.len() == before {
            state.give_pass();
        }
        self.gate.publish(&state);
    }
}

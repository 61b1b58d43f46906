//! How many refreshes hold the store's lock.

use std::sync::Arc;

use tokio::sync::watch;

/// How many refreshes hold the store's lock, also those that nobody waits for any more. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<watch::Sender<usize>>);

impl Running {
    /// Counts one until what it returns is dropped.
    pub(crate) fn begin(&self) -> Run {
        self.0.send_modify(|running| *running += 1);
        Run(self.clone())
    }

    /// Waits until there is none.
    pub(crate) async fn end(&self) {
        let mut running = self.0.subscribe();
        // The sender is here, so it can't be gone.
        let _ = running.wait_for(|running| *running == 0).await;
    }
}

pub(crate) struct Run(Running);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

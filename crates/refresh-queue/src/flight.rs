//! A refresh under way: a task that belongs to the queue.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::decision::{FlightId, Fresh, Mishap};
use crate::shared::Shared;
use crate::{RefreshFailure, Renewable};

tokio::task_local! {
    /// The queue whose refresher runs in this task.
    static REFRESHING: usize;
}

/// Starts the refresh in a task of its own. However it ends, it lands.
pub(crate) fn start<C: Renewable>(shared: Arc<Shared<C>>, id: FlightId, stale: Option<Arc<C>>) {
    let flight = Flight {
        shared,
        id,
        landed: false,
    };
    // Without a runtime the flight is dropped here, and lands by that.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(REFRESHING.scope(address(&flight.shared), flight.run(stale)));
    }
}

/// Whether this code runs in the refresher of this queue, where waiting for it would never end.
pub(crate) fn runs_here<C>(shared: &Arc<Shared<C>>) -> bool {
    REFRESHING.try_with(|queue| *queue == address(shared)) == Ok(true)
}

fn address<C>(shared: &Arc<Shared<C>>) -> usize {
    Arc::as_ptr(shared).addr()
}

struct Flight<C: Renewable> {
    shared: Arc<Shared<C>>,
    id: FlightId,
    landed: bool,
}

impl<C: Renewable> Flight<C> {
    async fn run(mut self, stale: Option<Arc<C>>) {
        let refresh = self.shared.refresher.refresh(stale.as_deref());
        let landing = match timeout(self.shared.timeout, refresh).await {
            Ok(renewed) => renewed.map(Fresh::from).map_err(Mishap::from),
            Err(_) => Err(Mishap::Failed(RefreshFailure::TimedOut)),
        };
        self.land(landing);
    }

    fn land(&mut self, landing: Result<Fresh<C>, Mishap>) {
        self.landed = true;
        self.shared.land(self.id, landing);
    }
}

impl<C: Renewable> Drop for Flight<C> {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        let failure = if std::thread::panicking() {
            RefreshFailure::Panicked
        } else {
            RefreshFailure::RuntimeEnded
        };
        self.land(Err(Mishap::Failed(failure)));
    }
}

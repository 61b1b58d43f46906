//! The end of a queue.

use crate::landed::Landed;
use crate::{RefreshQueue, Renewable, flight};

impl<C: Renewable> RefreshQueue<C> {
    /// Waits for a refresh under way, and lets no other begin: for programs that end. A refresh that is cut off may have
    /// spent its refresh token for nothing.
    ///
    /// The credential at hand goes on being served; whoever needs a newer one gets
    /// [`RefreshFailure::Closed`](crate::RefreshFailure::Closed). [`set`](Self::set) and [`clear`](Self::clear) work as
    /// before, and a refresh that they have overtaken is not waited for: what it brings is dropped.
    ///
    /// It waits no longer than a refresh may take. A refresher that closes its own queue does not wait for itself.
    ///
    /// # Panics
    ///
    /// If it has to wait on a tokio runtime without time enabled.
    ///
    /// # Cancel safety
    ///
    /// The queue stays closed if the future is dropped, and the refresh goes on.
    pub async fn close(&self) {
        self.begin_to_close().wait().await;
    }

    /// Closes a queue that nobody has used yet: nothing is under way that would have to be waited for.
    pub(crate) fn close_unused(&self) {
        self.shared.lock().state.close();
    }

    pub(crate) fn begin_to_close(&self) -> Closing {
        let now = self.shared.now();
        let mut inner = self.shared.lock();
        inner.state.close();
        let waits = inner.state.is_refreshing() && !flight::runs_here(&self.shared);
        Closing(waits.then(|| inner.landed(now)))
    }
}

/// A queue that begins no refresh any more, and the one that it may still wait for.
pub(crate) struct Closing(Option<Landed>);

impl Closing {
    pub(crate) async fn wait(self) {
        if let Some(landed) = self.0 {
            landed.wait().await;
        }
    }
}

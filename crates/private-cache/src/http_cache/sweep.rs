//! Deleting what is doomed, after whoever doomed it has their answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http_cache::CacheManager;
use tokio::runtime::Handle;

use super::work::{Shared, Work};

/// Sees to it that what is doomed is deleted, on one thread at a time.
pub(super) fn sweep_later<M: CacheManager>(shared: &Arc<Shared<M>>, runtime: &Handle) {
    let mut next = Sweep::begin(shared);
    if next.is_none() {
        return;
    }
    let handle = runtime.clone();
    runtime.spawn_blocking(move || {
        while let Some(sweep) = next.take() {
            let shared = sweep.0.clone();
            let work = Work {
                shared: &shared,
                runtime: &handle,
            };
            // One by one, so that others get their turn.
            while work.sweep() {}
            work.save();
            drop(sweep);
            // Someone may have left more to this one just before.
            next = Sweep::begin(&shared);
        }
    });
}

/// Ends with its drop, also where the runtime ends before it has begun.
struct Sweep<M>(Arc<Shared<M>>);

impl<M> Sweep<M> {
    /// None if nothing is doomed, or if somebody deletes it already.
    fn begin(shared: &Arc<Shared<M>>) -> Option<Self> {
        let begins = shared.has_doomed() && !shared.is_sweeping.swap(true, Ordering::AcqRel);
        begins.then(|| Self(shared.clone()))
    }
}

impl<M> Drop for Sweep<M> {
    fn drop(&mut self) {
        self.0.is_sweeping.store(false, Ordering::Release);
    }
}

//! Deleting what is doomed, after whoever doomed it has their answer.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

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
            // One by one, so that others get their turn, and that a store which nobody has any more is closed.
            while let Some(shared) = sweep.0.upgrade() {
                let work = Work {
                    shared: &shared,
                    runtime: &handle,
                };
                if work.sweep() {
                    continue;
                }
                work.save();
                drop(sweep);
                // Someone may have left more to this one just before.
                next = Sweep::begin(&shared);
                break;
            }
        }
    });
}

/// Ends with its drop, also where the runtime ends before it has begun.
struct Sweep<M>(Weak<Shared<M>>);

impl<M> Sweep<M> {
    /// None if nothing is doomed, or if somebody deletes it already.
    fn begin(shared: &Arc<Shared<M>>) -> Option<Self> {
        let begins = shared.has_doomed() && !shared.is_sweeping.swap(true, Ordering::AcqRel);
        begins.then(|| Self(Arc::downgrade(shared)))
    }
}

impl<M> Drop for Sweep<M> {
    fn drop(&mut self) {
        if let Some(shared) = self.0.upgrade() {
            shared.is_sweeping.store(false, Ordering::Release);
        }
    }
}

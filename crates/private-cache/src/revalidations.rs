//! Which keys are asked for again in the background.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::Key;

/// The keys that are asked for again in the background. Clones are handles on one set.
#[derive(Clone, Default)]
pub(crate) struct Revalidations(Arc<Inner>);

#[derive(Default)]
struct Inner {
    keys: Mutex<HashSet<Key>>,
    count: watch::Sender<usize>,
}

/// What becomes of a key that should be asked for again.
pub(crate) enum Begun {
    /// By whoever holds this.
    Now(Running),
    /// It is asked for already.
    Already,
    /// Too many are.
    TooMany,
}

/// Ends with its drop.
pub(crate) struct Running {
    key: Key,
    all: Revalidations,
}

impl Revalidations {
    pub(crate) fn begin(&self, key: &Key, most: usize) -> Begun {
        let mut keys = self.keys();
        if keys.contains(key) {
            return Begun::Already;
        }
        if keys.len() >= most {
            return Begun::TooMany;
        }
        keys.insert(key.clone());
        self.0.count.send_replace(keys.len());
        Begun::Now(Running {
            key: key.clone(),
            all: self.clone(),
        })
    }

    /// Waits until there is none.
    pub(crate) async fn settled(&self) {
        // The sender is in `self`, so the channel can't close meanwhile.
        let _ = self.0.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<Key>> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut keys = self.all.keys();
        keys.remove(&self.key);
        self.all.0.count.send_replace(keys.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    fn key(name: &str) -> Key {
        Key::named(Scope::Anonymous, name)
    }

    #[tokio::test]
    async fn a_key_is_asked_for_once_at_a_time_and_so_many_together() {
        let all = Revalidations::default();
        let Begun::Now(first) = all.begin(&key("1"), 2) else {
            panic!("nothing is asked for yet");
        };
        assert!(matches!(all.begin(&key("1"), 2), Begun::Already));
        let second = all.begin(&key("2"), 2);
        assert!(matches!(second, Begun::Now(_)));
        assert!(matches!(all.begin(&key("3"), 2), Begun::TooMany));
        drop(first);
        let again = all.begin(&key("1"), 2);
        assert!(matches!(again, Begun::Now(_)));
        drop((second, again));
        all.settled().await;
    }
}

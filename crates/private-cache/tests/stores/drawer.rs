//! A manager that a test can look into, and break.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use http_cache::{HttpResponse, Result};
use http_cache_semantics::CachePolicy;
use private_cache::{CacheManager, ManagerStore};

/// Holds entries in memory. Clones hold the same ones.
#[derive(Clone, Default)]
pub(crate) struct Drawer {
    entries: Arc<Mutex<BTreeMap<String, (HttpResponse, CachePolicy)>>>,
    pub(crate) fails: Arc<AtomicBool>,
    pub(crate) dies_deleting: Arc<AtomicBool>,
    /// Takes no answers, as where the disk is full.
    pub(crate) is_full: Arc<AtomicBool>,
    /// Works on a thread for blocking work of its own, as managers of files do.
    pub(crate) blocks: Arc<AtomicBool>,
}

impl Drawer {
    pub(crate) fn store(&self) -> ManagerStore<Self> {
        ManagerStore::with_limit(self.clone(), 1_000_000)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn answers(&self) -> usize {
        let names = self.names();
        names.iter().filter(|name| name.contains("answer")).count()
    }

    /// Bytes of all that is held.
    pub(crate) fn size(&self) -> usize {
        let entries = self.entries.lock().unwrap();
        entries
            .values()
            .map(|(response, _)| response.body.len())
            .sum()
    }

    /// Changes the bytes of one entry.
    pub(crate) fn damage(&self, name: &str, damage: impl FnOnce(&mut Vec<u8>)) {
        damage(&mut self.entries.lock().unwrap().get_mut(name).unwrap().0.body);
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        self.entries.lock().unwrap()[name].0.body.clone()
    }

    fn check(&self) -> Result<()> {
        if self.fails.load(Ordering::Relaxed) {
            return Err("the drawer is stuck".into());
        }
        Ok(())
    }
}

impl CacheManager for Drawer {
    async fn get(&self, name: &str) -> Result<Option<(HttpResponse, CachePolicy)>> {
        self.check()?;
        if self.blocks.load(Ordering::Relaxed) {
            tokio::task::spawn_blocking(|| ()).await?;
        }
        Ok(self.entries.lock().unwrap().get(name).cloned())
    }

    async fn put(
        &self,
        name: String,
        response: HttpResponse,
        policy: CachePolicy,
    ) -> Result<HttpResponse> {
        self.check()?;
        if self.is_full.load(Ordering::Relaxed) && name.contains("answer") {
            return Err("the drawer is full".into());
        }
        let entry = (response.clone(), policy);
        self.entries.lock().unwrap().insert(name, entry);
        Ok(response)
    }

    async fn delete(&self, name: &str) -> Result<()> {
        self.check()?;
        assert!(!self.dies_deleting.load(Ordering::Relaxed), "as asked");
        self.entries.lock().unwrap().remove(name);
        Ok(())
    }
}

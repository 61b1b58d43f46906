//! What is done about tokens that others can get at.

use std::fs::Metadata;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Exposure, StoreError};

/// Refuses tokens that others can get at, or only warns. Without modes and owners it does nothing.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    refuses: bool,
    warned: Arc<AtomicBool>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            refuses: true,
            warned: Arc::default(),
        }
    }
}

impl Guard {
    pub(crate) fn refuse(&mut self, refuse: bool) {
        self.refuses = refuse;
    }

    /// Checks the tokens' file and the folder it is in.
    pub(crate) fn check(
        &self,
        file: &Path,
        metadata: &Metadata,
        folder: &Path,
    ) -> Result<(), StoreError> {
        self.judge(file, exposure_of_file(metadata))?;
        self.check_folder(folder)
    }

    /// Checks the folder alone.
    pub(crate) fn check_folder(&self, folder: &Path) -> Result<(), StoreError> {
        let metadata = folder.metadata().map_err(StoreError::io("read", folder))?;
        self.judge(folder, exposure_of_folder(&metadata))
    }

    /// Checks whose file it is, and nothing else: for one that is to go away.
    pub(crate) fn check_owner(&self, file: &Path, metadata: &Metadata) -> Result<(), StoreError> {
        let exposure = exposure_of_file(metadata);
        self.judge(
            file,
            exposure.filter(|exposure| matches!(exposure, Exposure::Owner { .. })),
        )
    }

    /// Checks whose lock file it is: another user could hold its lock for ever.
    pub(crate) fn check_lock(&self, file: &Path, metadata: &Metadata) -> Result<(), StoreError> {
        self.judge(file, exposure_of_lock(metadata))
    }

    fn judge(&self, path: &Path, exposure: Option<Exposure>) -> Result<(), StoreError> {
        let Some(exposure) = exposure else {
            return Ok(());
        };
        if self.refuses {
            return Err(StoreError::Exposed {
                path: path.to_owned(),
                exposure,
            });
        }
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(target: "token_store", "{}", exposure.explain(path));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn exposure_of_file(metadata: &Metadata) -> Option<Exposure> {
    Exposure::of_file(metadata.mode(), metadata.uid(), user())
}

#[cfg(unix)]
fn exposure_of_folder(metadata: &Metadata) -> Option<Exposure> {
    Exposure::of_folder(metadata.mode(), metadata.uid(), user())
}

#[cfg(unix)]
fn exposure_of_lock(metadata: &Metadata) -> Option<Exposure> {
    Exposure::of_lock(metadata.uid(), user())
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn exposure_of_file(_: &Metadata) -> Option<Exposure> {
    None
}

#[cfg(not(unix))]
fn exposure_of_folder(_: &Metadata) -> Option<Exposure> {
    None
}

#[cfg(not(unix))]
fn exposure_of_lock(_: &Metadata) -> Option<Exposure> {
    None
}

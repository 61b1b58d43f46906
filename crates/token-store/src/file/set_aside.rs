//! Keeping aside what can't be read.

use std::fs;
use std::path::PathBuf;

use super::location::Location;
use crate::{StoreError, steps};

/// Renames a file that holds no readable tokens, so that whoever knows better can look at it. Only the holder of the lock
/// may: names are free or taken under it.
pub(super) fn set_aside(location: &Location) -> Result<(), StoreError> {
    let file = location.file();
    let aside = free_name(location);
    fs::rename(&file, &aside).map_err(StoreError::io("set aside", &file))?;
    steps::done("kept aside", &aside);
    tracing::warn!(target: "token_store", "{} held no readable tokens: kept as {}", file.display(), aside.display());
    Ok(())
}

fn free_name(location: &Location) -> PathBuf {
    let mut n = 1_u64;
    loop {
        let name = location.beside(&format!(".corrupted-{n}"));
        if name.symlink_metadata().is_err() {
            return name;
        }
        n += 1;
    }
}

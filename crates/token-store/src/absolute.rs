//! Paths that mean the same wherever the program goes.

use std::path::PathBuf;

/// The path as seen from the current folder. One that can't be made absolute, since it is empty or since there is no
/// current folder, stays as it is, and fails when it is used.
pub(crate) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

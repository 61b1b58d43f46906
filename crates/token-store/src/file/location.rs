//! Where a path leads.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::{StoreError, private};

/// As many links in a row as Linux follows.
const LINKS: usize = 40;

/// Where a path leads when its links are followed, so that two paths to one file have one lock, and a link stays a link.
#[derive(Clone, Debug)]
pub(super) struct Location {
    folder: PathBuf,
    name: OsString,
}

impl Location {
    /// Follows the links of a path. Its file need not exist, nor its folder, unless a link leads to it: a place that is
    /// not there, such as a volume that isn't mounted, is not ours to make.
    pub(super) fn find(path: &Path) -> Result<Self, StoreError> {
        let error = |source| StoreError::io("resolve", path)(source);
        let target = follow(path).map_err(error)?;
        let name = target
            .file_name()
            .ok_or_else(|| error(io::Error::new(ErrorKind::InvalidInput, "no file name")))?;
        let folder = match target.parent() {
            None => Path::new("."),
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
        };
        let folder = match folder.canonicalize() {
            Err(missing) if missing.kind() == ErrorKind::NotFound && target == path => {
                folder.to_owned()
            }
            Err(other) => return Err(error(other)),
            Ok(folder) => folder,
        };
        Ok(Self {
            folder,
            name: name.to_owned(),
        })
    }

    /// The same, with its folder made where it is missing.
    pub(super) fn make(path: &Path) -> Result<Self, StoreError> {
        let found = Self::find(path)?;
        private::create_folders(&found.folder)
            .map_err(StoreError::io("create the folder", &found.folder))?;
        let folder = found
            .folder
            .canonicalize()
            .map_err(StoreError::io("resolve", &found.folder))?;
        Ok(Self { folder, ..found })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// The file itself.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// A file beside it, whose name begins with its name.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.name.clone();
        name.push(ending);
        self.folder.join(name)
    }
}

/// Follows the links that a path ends in, whether or not the last one leads to a file.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            // It is no link, or it is not there.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                return Ok(path);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "too many links"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn all_paths_to_a_file_are_one_location() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("real")).unwrap();
        symlink("real", root.join("folder-link")).unwrap();
        symlink("real/tokens.json", root.join("first-link")).unwrap();
        symlink(root.join("first-link"), root.join("second-link")).unwrap();
        let file = root.join("real/tokens.json");
        // Once without the file, which is how links to it dangle, and once with it.
        for _ in 0..2 {
            for path in [
                "real/tokens.json",
                "real/../real/tokens.json",
                "folder-link/tokens.json",
                "first-link",
                "second-link",
            ] {
                assert_eq!(
                    Location::find(&root.join(path)).unwrap().file(),
                    file,
                    "{path}"
                );
            }
            fs::write(&file, "{}").unwrap();
        }
    }

    #[test]
    fn a_link_to_a_folder_that_is_not_there_makes_none() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        symlink("volume/tokens.json", &link).unwrap();
        for located in [Location::find(&link), Location::make(&link)] {
            let StoreError::Io { source, path, .. } = located.unwrap_err() else {
                panic!("another error");
            };
            assert_eq!((source.kind(), path), (ErrorKind::NotFound, link.clone()));
        }
        assert!(!root.path().join("volume").exists());
    }

    #[test]
    fn links_in_a_circle_and_paths_without_a_name_are_errors() {
        let root = tempfile::tempdir().unwrap();
        let circle = root.path().join("circle");
        symlink("circle", &circle).unwrap();
        for path in [
            circle.as_path(),
            Path::new(""),
            Path::new("/"),
            Path::new(".."),
        ] {
            let located = Location::find(path);
            assert!(matches!(located, Err(StoreError::Io { .. })), "{path:?}");
        }
    }

    #[test]
    fn a_path_through_a_missing_folder_is_where_it_says() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/tokens.json");
        assert_eq!(Location::find(&path).unwrap().file(), path);
        assert!(!root.path().join("a").exists());
        Location::make(&path).unwrap();
        assert!(root.path().join("a/b").is_dir());
    }
}

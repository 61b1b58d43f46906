//! Replacing a file as a whole.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::location::Location;
use crate::steps::{self, Purpose};
use crate::{StoreError, private};

/// The length of a UUID, and of a half of a SHA-256, in hexadecimal digits.
const DIGITS: usize = 32;

const ENDING: &str = ".tmp";

/// A new content for a file, safe on the disk, but not yet in its place. Dropping it gives it up.
pub(super) struct Replacement {
    path: PathBuf,
    location: Location,
    purpose: Purpose,
    in_place: bool,
}

impl Replacement {
    /// Writes the new content to a temporary file beside the old one.
    pub(super) fn write(
        location: &Location,
        content: &[u8],
        purpose: Purpose,
    ) -> Result<Self, StoreError> {
        let random = uuid::Uuid::new_v4().simple();
        let name = format!("{}{random}{ENDING}", beginning(location.name()));
        let path = location.folder().join(name);
        let file = private::create_file(&path).map_err(StoreError::io("create", &path))?;
        let replacement = Self {
            path,
            location: location.clone(),
            purpose,
            in_place: false,
        };
        fill(file, content).map_err(StoreError::io("write", &replacement.path))?;
        steps::written("temporary file written", purpose, &location.file());
        Ok(replacement)
    }

    /// Puts it in its place. An error about the flush of the folder says that it is there, but may not outlive a loss of
    /// power.
    pub(super) fn put_in_place(mut self) -> Result<(), StoreError> {
        let file = self.location.file();
        fs::rename(&self.path, &file).map_err(StoreError::io("replace", &file))?;
        self.in_place = true;
        steps::written("renamed", self.purpose, &file);
        let folder = self.location.folder();
        private::flush_folder(folder).map_err(StoreError::io("flush the folder", folder))
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn fill(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

/// Removes what crashes left half-way. Only the holder of the lock may: it could be somebody's work under way.
pub(super) fn sweep(location: &Location) {
    let Ok(entries) = fs::read_dir(location.folder()) else {
        return;
    };
    let beginning = beginning(location.name());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name
            .to_str()
            .and_then(|name| name.strip_prefix(&beginning)?.strip_suffix(ENDING));
        if random.is_some_and(is_random) {
            // One of another user's in a shared folder can't be removed, and isn't ours.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What the names of a file's temporary ones begin with: short, however long its own is, and another one for each file of
/// a folder, whether or not its name is a text.
fn beginning(name: &OsStr) -> String {
    let hash = Sha256::digest(name.as_encoded_bytes());
    let hash = hash.iter().take(DIGITS / 2);
    let hash = hash.fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!(".tokens-{hash}-")
}

fn is_random(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_takes_what_a_crash_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::find(&folder.path().join("tokens.json")).unwrap();
        let random = "0123456789abcdef0123456789abcdef";
        let ours = beginning(OsStr::new("tokens.json"));
        let left = format!("{ours}{random}.tmp");
        let others = [
            format!("{}{random}.tmp", beginning(OsStr::new("other.json"))),
            format!(".tokens-{random}-{random}.tmp"),
            format!("{ours}{random}"),
            format!("{}{random}.tmp", &ours[1..]),
            format!("{ours}mine.tmp"),
            format!("{ours}{random}0.tmp"),
            "tokens.json".to_owned(),
            "tokens.json.lock".to_owned(),
        ];
        for name in others.iter().chain([&left]) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        sweep(&location);
        assert!(!folder.path().join(left).exists());
        for name in others {
            assert!(folder.path().join(&name).exists(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_look_alike_never_sweep_what_is_the_others() {
        use std::os::unix::ffi::OsStrExt;

        let folder = tempfile::tempdir().unwrap();
        let named = |name: &[u8]| {
            let path = folder.path().join(OsStr::from_bytes(name));
            Location::find(&path).unwrap()
        };
        let (one, other) = (named(b"tokens-\xfe"), named(b"tokens-\xff"));
        let replacement = Replacement::write(&one, b"new", Purpose::Save).unwrap();
        sweep(&other);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(replacement);
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::find(&folder.path().join("tokens.json")).unwrap();
        let replacement = Replacement::write(&location, b"new", Purpose::Save).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(replacement);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

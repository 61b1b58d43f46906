//! Who but the owner can get at a file.

use std::path::Path;

/// In what way other users of the machine can get at the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exposure {
    /// The file's mode lets others read or write it.
    Mode {
        /// Its permission bits.
        mode: u32,
    },
    /// The file belongs to another user.
    Owner {
        /// The id of its owner.
        owner: u32,
    },
    /// Anyone may put another file in its place: its folder is writable to all, without the sticky bit.
    Folder {
        /// The folder's permission bits.
        mode: u32,
    },
    /// The owner of its folder, who is neither us nor root, may put another file in its place.
    FolderOwner {
        /// The id of the folder's owner.
        owner: u32,
    },
    /// The owner of its lock file, who is neither us nor root, may hold the lock for ever.
    LockOwner {
        /// The id of the lock file's owner.
        owner: u32,
    },
}

/// The id of root, who may do anything anyhow.
const ROOT: u32 = 0;

#[cfg_attr(not(unix), allow(dead_code, reason = "there are no modes to judge"))]
impl Exposure {
    /// What is wrong with a file of this mode and owner, for the user with this id.
    pub(crate) fn of_file(mode: u32, owner: u32, user: u32) -> Option<Self> {
        if owner != user {
            return Some(Self::Owner { owner });
        }
        let mode = mode & 0o7777;
        (mode & 0o066 != 0).then_some(Self::Mode { mode })
    }

    /// What is wrong with a folder of this mode and owner, for the user with this id.
    ///
    /// Its group may write to it: many systems give each user a group of their own, and a umask to match. A member who
    /// puts a file of theirs in the tokens' place is found out by its owner.
    pub(crate) fn of_folder(mode: u32, owner: u32, user: u32) -> Option<Self> {
        if ![user, ROOT].contains(&owner) {
            return Some(Self::FolderOwner { owner });
        }
        let mode = mode & 0o7777;
        (mode & 0o002 != 0 && mode & 0o1000 == 0).then_some(Self::Folder { mode })
    }

    /// What is wrong with a lock file of this owner, for the user with this id.
    pub(crate) fn of_lock(owner: u32, user: u32) -> Option<Self> {
        (![user, ROOT].contains(&owner)).then_some(Self::LockOwner { owner })
    }

    /// What is wrong, and how to end it.
    pub(crate) fn explain(self, path: &Path) -> String {
        let name = path.display();
        match self {
            Self::Mode { mode } => format!(
                "{name} is open to other users (mode {mode:04o}): run `chmod 600 {}`",
                quoted(path)
            ),
            Self::Owner { owner } => format!(
                "{name} belongs to another user (id {owner}): run as that user, or remove it and sign in again"
            ),
            Self::Folder { mode } => format!(
                "anyone may write to {name} (mode {mode:04o}): run `chmod o-w {}`",
                quoted(path)
            ),
            Self::FolderOwner { owner } => format!(
                "the folder {name} belongs to another user (id {owner}): run as that user, or keep the tokens in a folder of your own"
            ),
            Self::LockOwner { owner } => format!(
                "the lock file {name} belongs to another user (id {owner}): run as that user, or keep it in a folder of your own"
            ),
        }
    }
}

/// The path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(&byte);
    if text.bytes().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_private_to_its_owner_or_exposed() {
        let mode = |mode| Some(Exposure::Mode { mode });
        let table = [
            (0o100_600, None),
            (0o100_400, None),
            (0o100_700, None),
            (0o100_711, None),
            (0o100_640, mode(0o640)),
            (0o100_620, mode(0o620)),
            (0o100_604, mode(0o604)),
            (0o100_602, mode(0o602)),
            (0o100_644, mode(0o644)),
            (0o100_660, mode(0o660)),
            (0o100_666, mode(0o666)),
        ];
        for (bits, expected) in table {
            assert_eq!(Exposure::of_file(bits, 7, 7), expected, "{bits:o}");
        }
        let other = Some(Exposure::Owner { owner: 8 });
        assert_eq!(Exposure::of_file(0o100_600, 8, 7), other);
        assert_eq!(Exposure::of_file(0o100_600, 8, 0), other);
    }

    #[test]
    fn a_folder_that_anyone_may_write_to_needs_the_sticky_bit() {
        for (bits, exposed) in [
            (0o040_700, false),
            (0o040_755, false),
            (0o040_775, false),
            (0o041_777, false),
            (0o040_777, true),
            (0o042_702, true),
        ] {
            for owner in [7, ROOT] {
                let found = Exposure::of_folder(bits, owner, 7);
                assert_eq!(found.is_some(), exposed, "{bits:o}");
            }
        }
    }

    #[test]
    fn a_folder_and_a_lock_file_are_ours_or_roots() {
        for (owner, user, exposed) in [
            (7, 7, false),
            (ROOT, 7, false),
            (ROOT, ROOT, false),
            (8, 7, true),
            (8, ROOT, true),
        ] {
            let folder = exposed.then_some(Exposure::FolderOwner { owner });
            assert_eq!(Exposure::of_folder(0o040_700, owner, user), folder);
            assert_eq!(Exposure::of_folder(0o041_777, owner, user), folder);
            let lock = exposed.then_some(Exposure::LockOwner { owner });
            assert_eq!(Exposure::of_lock(owner, user), lock);
        }
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        for (path, word) in [
            (
                "/home/ann/a-b_c.1+2,3:4@5%/x",
                "/home/ann/a-b_c.1+2,3:4@5%/x",
            ),
            ("/x y", "'/x y'"),
            ("/it's", r"'/it'\''s'"),
            ("/$(x)`y`;&|", "'/$(x)`y`;&|'"),
            ("/~x*", "'/~x*'"),
            ("/\u{e9}", "'/\u{e9}'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }

    #[test]
    fn the_text_says_how_to_end_it() {
        let path = Path::new("/x/tokens.json");
        assert_eq!(
            Exposure::Mode { mode: 0o644 }.explain(path),
            "/x/tokens.json is open to other users (mode 0644): run `chmod 600 /x/tokens.json`"
        );
        assert_eq!(
            Exposure::Folder { mode: 0o777 }.explain(Path::new("/x")),
            "anyone may write to /x (mode 0777): run `chmod o-w /x`"
        );
        let other = Exposure::Owner { owner: 0 }.explain(path);
        assert!(other.contains("run as that user"), "{other}");
    }
}

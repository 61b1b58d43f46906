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
}

impl Exposure {
    /// What is wrong with a file of this mode and owner, for the user with this id.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no modes to judge"))]
    pub(crate) fn of_file(mode: u32, owner: u32, user: u32) -> Option<Self> {
        if owner != user {
            return Some(Self::Owner { owner });
        }
        let mode = mode & 0o7777;
        (mode & 0o066 != 0).then_some(Self::Mode { mode })
    }

    /// What is wrong with a folder of this mode.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no modes to judge"))]
    pub(crate) fn of_folder(mode: u32) -> Option<Self> {
        let mode = mode & 0o7777;
        (mode & 0o002 != 0 && mode & 0o1000 == 0).then_some(Self::Folder { mode })
    }

    /// What is wrong, and how to end it.
    pub(crate) fn explain(self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Mode { mode } => {
                format!("{path} is open to other users (mode {mode:04o}): run `chmod 600 {path}`")
            }
            Self::Owner { owner } => format!(
                "{path} belongs to another user (id {owner}): run as that user, or remove it and sign in again"
            ),
            Self::Folder { mode } => {
                format!("anyone may write to {path} (mode {mode:04o}): run `chmod o-w {path}`")
            }
        }
    }
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
            assert_eq!(Exposure::of_folder(bits).is_some(), exposed, "{bits:o}");
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

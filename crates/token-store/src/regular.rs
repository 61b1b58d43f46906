//! Files that are what they seem.

use std::fs::Metadata;
use std::io::{self, ErrorKind};

/// Refuses anything but a regular file: a pipe, for one, could block whoever opens it for ever.
pub(crate) fn must_be_regular(metadata: &Metadata) -> io::Result<()> {
    let no = |what| Err(io::Error::new(ErrorKind::InvalidInput, what));
    match metadata {
        _ if metadata.is_file() => Ok(()),
        _ if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        _ if metadata.is_symlink() => no("it is a link"),
        _ => no("it is no regular file"),
    }
}

//! Where JSON was not what was expected.

use std::error::Error;
use std::fmt;

use serde_json::error::Category;

use crate::trail::Trail;

/// Where JSON was not what was expected. It holds no word of the JSON: serde's own texts quote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    fault: Fault,
    path: Option<String>,
    missing: Option<&'static str>,
    line: usize,
    column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Read,
    Syntax,
    Data,
    Eof,
    Incomplete,
}

impl DecodeError {
    /// Where the trail leads.
    pub(crate) fn at(self, trail: &Trail) -> Self {
        Self {
            path: trail.path(),
            missing: trail.missing(),
            ..self
        }
    }

    /// Of a body of which this is only the beginning.
    pub(crate) fn incomplete(beginning: &[u8]) -> Self {
        let mut lines = beginning.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        Self {
            fault: Fault::Incomplete,
            path: None,
            missing: None,
            line: lines.count() + 1,
            column: last.len(),
        }
    }

    pub(crate) fn in_line(self, line: usize) -> Self {
        Self { line, ..self }
    }

    /// Whether the body is JSON, and not what was asked for: a member that is missing, a value of another type.
    pub fn is_data(&self) -> bool {
        self.fault == Fault::Data
    }

    /// Whether the body is no JSON.
    pub fn is_syntax(&self) -> bool {
        self.fault == Fault::Syntax
    }

    /// Whether the body ends in the middle of JSON.
    pub fn is_eof(&self) -> bool {
        self.fault == Fault::Eof
    }

    /// Whether only the beginning of the body was kept, so that it wasn't decoded: it was longer than the limit for bodies
    /// of errors, or broke off.
    pub fn is_incomplete(&self) -> bool {
        self.fault == Fault::Incomplete
    }

    /// The path to the value, such as `users[3].name`; none when it is the whole body.
    ///
    /// Its names are those that the type which was asked for has: of the fields of its structs, of the variants of its
    /// enums. Any other key is `*`, since it may be somebody's address, or a secret: the keys of maps, and those of structs
    /// with a `#[serde(flatten)]`, which serde reads as maps.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The field that the value there lacks, if that is what is wrong with it: as the type that was asked for names it.
    pub fn missing_field(&self) -> Option<&str> {
        self.missing
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, counted from 1, or 0 where a line had only begun; a byte order mark at the beginning doesn't
    /// count.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl From<&serde_json::Error> for DecodeError {
    fn from(error: &serde_json::Error) -> Self {
        Self {
            fault: match error.classify() {
                Category::Io => Fault::Read,
                Category::Syntax => Fault::Syntax,
                Category::Data => Fault::Data,
                Category::Eof => Fault::Eof,
            },
            path: None,
            missing: None,
            line: error.line(),
            column: error.column(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.fault {
            Fault::Read => "the body could not be read",
            Fault::Syntax => "the body is not JSON",
            Fault::Data => "the body does not have the expected form",
            Fault::Eof => "the body ends too early",
            Fault::Incomplete => "only the beginning of the body was kept",
        })?;
        if let Some(field) = self.missing {
            write!(f, ": `{field}` is missing")?;
        }
        if let Some(path) = self.path() {
            write!(f, " at {path}")?;
        }
        write!(f, ", line {} column {}", self.line, self.column)
    }
}

impl Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_is_incomplete_is_told() {
        for (beginning, line, column) in [
            ("", 1, 0),
            ("{\"a\"", 1, 4),
            ("{\n\n  \"", 3, 3),
            ("[\n", 2, 0),
        ] {
            let error = DecodeError::incomplete(beginning.as_bytes());
            assert_eq!((error.line(), error.column()), (line, column));
            assert!(error.is_incomplete() && !error.is_eof());
        }
        let text = DecodeError::incomplete(b"[1").to_string();
        assert_eq!(
            text,
            "only the beginning of the body was kept, line 1 column 2"
        );
    }
}

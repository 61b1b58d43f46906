//! Decoding JSON without letting values into error texts.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{ApiError, ErrorKind};

/// Decodes a JSON body. An empty one counts as `null`, so that `()` and `Option` accept it.
///
/// ```
/// # fn main() -> Result<(), error_map::ApiError> {
/// use error_map::decode_json;
///
/// assert_eq!(decode_json::<Vec<u8>>(b"[1, 2]")?, [1, 2]);
/// assert_eq!(decode_json::<Option<Vec<u8>>>(b"")?, None);
/// let error = decode_json::<Vec<u8>>(b"[1, \"secret\"]").unwrap_err();
/// let source = std::error::Error::source(&error).unwrap();
/// assert_eq!(source.to_string(), "the body does not have the expected form at [1], line 1 column 12");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// An [`ApiError`] of kind [`Decode`](ErrorKind::Decode) whose source is a [`DecodeError`].
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    decode(body).map_err(|error| ApiError::with_source(ErrorKind::Decode, error))
}

/// Decodes one line of a body that has a JSON value on each (NDJSON). It counts as the line of this number.
///
/// # Errors
///
/// As [`decode_json`].
pub fn decode_json_line<T: DeserializeOwned>(text: &[u8], line: usize) -> Result<T, ApiError> {
    decode(text).map_err(|error| {
        let error = DecodeError { line, ..error };
        ApiError::with_source(ErrorKind::Decode, error)
    })
}

pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = if body.trim_ascii().is_empty() {
        b"null"
    } else {
        body
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let decoded = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| DecodeError::new(Some(error.path().to_string()), error.inner()))?;
    match deserializer.end() {
        Ok(()) => Ok(decoded),
        Err(error) => Err(DecodeError::from(&error)),
    }
}

/// Where JSON was not what was expected. It never holds a value: serde's own texts quote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: Option<String>,
    line: usize,
    column: usize,
    category: Category,
}

impl DecodeError {
    fn new(path: Option<String>, error: &serde_json::Error) -> Self {
        Self {
            path: path.filter(|path| path != "."),
            line: error.line(),
            column: error.column(),
            category: error.classify(),
        }
    }

    /// Whether the body is JSON, and not what was asked for: a member that is missing, a value of another type.
    pub fn is_data(&self) -> bool {
        self.category == Category::Data
    }

    /// Whether the body is no JSON.
    pub fn is_syntax(&self) -> bool {
        self.category == Category::Syntax
    }

    /// Whether the body ends in the middle of JSON.
    pub fn is_eof(&self) -> bool {
        self.category == Category::Eof
    }

    /// The path to the value, such as `users[3].name`; none when it is the whole body.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl From<&serde_json::Error> for DecodeError {
    fn from(error: &serde_json::Error) -> Self {
        Self::new(None, error)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = (self.line, self.column);
        let category = match self.category {
            Category::Io => "could not be read",
            Category::Syntax => "is not JSON",
            Category::Data => "does not have the expected form",
            Category::Eof => "ends too early",
        };
        match &self.path {
            Some(path) => write!(
                f,
                "the body {category} at {path}, line {line} column {column}"
            ),
            None => write!(f, "the body {category}, line {line} column {column}"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct User {
        #[allow(dead_code, reason = "only decoded")]
        age: u8,
    }

    fn failure<T: DeserializeOwned + fmt::Debug>(body: &str) -> DecodeError {
        let error = decode_json::<T>(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let source = error.source().unwrap().downcast_ref::<DecodeError>();
        source.unwrap().clone()
    }

    #[test]
    fn an_error_tells_the_place_and_never_the_value() {
        let error = failure::<Vec<User>>("[{\"age\": 3},\n {\"age\": \"hunter2\"}]");
        assert_eq!(error.path(), Some("[1].age"));
        assert_eq!(error.line(), 2);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert_eq!(
            error.to_string(),
            "the body does not have the expected form at [1].age, line 2 column 18"
        );
    }

    #[test]
    fn an_html_page_is_not_json() {
        let error = failure::<User>("<html>hunter2</html>");
        assert_eq!(error.to_string(), "the body is not JSON, line 1 column 1");
    }

    #[test]
    fn a_truncated_body_ends_too_early() {
        assert!(
            failure::<User>("{\"age\": ")
                .to_string()
                .contains("ends too early")
        );
    }

    #[test]
    fn what_follows_the_value_is_an_error() {
        assert!(
            failure::<User>("{\"age\": 3} hunter2")
                .to_string()
                .contains("is not JSON")
        );
    }

    #[test]
    fn an_empty_body_is_null() {
        decode_json::<()>(b"").unwrap();
        assert_eq!(decode_json::<Option<u8>>(b" \n").unwrap(), None);
        assert!(decode_json::<u8>(b"").is_err());
    }

    #[test]
    fn the_category_can_be_asked_for() {
        let table = [
            ("[\"x\"]", (true, false, false)),
            ("x", (false, true, false)),
            ("[1", (false, false, true)),
        ];
        for (body, expected) in table {
            let error = failure::<Vec<u8>>(body);
            let asked = (error.is_data(), error.is_syntax(), error.is_eof());
            assert_eq!(asked, expected, "{body}");
        }
    }
}

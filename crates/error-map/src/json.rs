//! Decoding JSON without letting values into error texts.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{ApiError, ErrorKind};

/// Decodes a JSON body. An empty one counts as `null`, so that `()` and `Option` accept it.
///
/// # Errors
///
/// An [`ApiError`] of kind [`Decode`](ErrorKind::Decode) whose source is a [`DecodeError`].
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.trim_ascii().is_empty() {
        b"null"
    } else {
        body
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let decoded = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| DecodeError::new(Some(error.path().to_string()), error.inner()))
        .and_then(|decoded| match deserializer.end() {
            Ok(()) => Ok(decoded),
            Err(error) => Err(DecodeError::from(&error)),
        });
    decoded.map_err(|error| ApiError::with_source(ErrorKind::Decode, error))
}

/// Where JSON was not what was expected. It never holds a value: serde's own texts quote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: Option<String>,
    line: usize,
    column: usize,
    category: &'static str,
}

impl DecodeError {
    fn new(path: Option<String>, error: &serde_json::Error) -> Self {
        Self {
            path: path.filter(|path| path != "."),
            line: error.line(),
            column: error.column(),
            category: match error.classify() {
                Category::Io => "could not be read",
                Category::Syntax => "is not JSON",
                Category::Data => "does not have the expected form",
                Category::Eof => "ends too early",
            },
        }
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
        let (line, column, category) = (self.line, self.column, self.category);
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
}

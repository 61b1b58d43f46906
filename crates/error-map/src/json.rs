//! Decoding JSON without letting what it says into error texts.

use serde::de::DeserializeOwned;
use serde_json::Deserializer;

use crate::trail::Trail;
use crate::{ApiError, DecodeError, ErrorKind, tracked};

/// Decodes a JSON body. An empty one counts as `null`, so that `()` and `Option` accept it; a byte order mark is left out.
///
/// A body that can't be decoded is read once more, to find out where.
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
    decode(text).map_err(|error| ApiError::with_source(ErrorKind::Decode, error.in_line(line)))
}

pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = match without_byte_order_mark(body) {
        empty if empty.trim_ascii().is_empty() => b"null",
        body => body,
    };
    serde_json::from_slice(body).map_err(|error| match trail::<T>(body) {
        Some(trail) => DecodeError::from(&error).at(&trail),
        None => DecodeError::from(&error),
    })
}

/// The trail to what is wrong with the body. Leaving one costs too much for bodies that are good.
fn trail<T: DeserializeOwned>(body: &[u8]) -> Option<Trail> {
    let trail = Trail::default();
    let mut deserializer = Deserializer::from_slice(body);
    let outcome = tracked::deserialize::<T, _>(&mut deserializer, &trail);
    outcome.is_err().then_some(trail)
}

/// A byte order mark at the beginning is no part of JSON, and may be ignored (RFC 8259 §8.1).
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fmt;

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
    fn an_error_names_the_field_that_is_missing() {
        let error = failure::<Vec<User>>("[{\"age\": 3}, {\"password\": \"hunter2\"}]");
        assert_eq!(error.missing_field(), Some("age"));
        assert_eq!(
            error.to_string(),
            "the body does not have the expected form: `age` is missing at [1], line 1 column 36"
        );
    }

    #[test]
    fn a_field_that_only_the_server_names_is_not_told_for_missing() {
        #[derive(Debug)]
        struct Quoting;

        impl<'de> Deserialize<'de> for Quoting {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Err(serde::de::Error::custom(format!("missing field `{text}`")))
            }
        }

        #[derive(Debug, Deserialize)]
        struct Holder {
            #[allow(dead_code, reason = "only decoded")]
            inner: Quoting,
        }

        let error = failure::<Holder>("{\"inner\": \"hunter2\"}");
        assert_eq!((error.path(), error.missing_field()), (Some("inner"), None));
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
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(decode_json::<u8>(b"\xef\xbb\xbf7").unwrap(), 7);
        assert_eq!(decode_json::<Option<u8>>(b"\xef\xbb\xbf").unwrap(), None);
        assert!(failure::<u8>("7\u{feff}").is_syntax());
    }

    #[test]
    fn a_key_that_the_type_does_not_name_is_not_shown() {
        type Map = std::collections::BTreeMap<String, User>;
        let error = failure::<Map>(r#"{"hunter2@example.com": {"age": "hunter2"}}"#);
        assert_eq!(error.path(), Some("*.age"));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
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

//! Why an item can't be decoded.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// How many characters of a path are kept: in a map, the names are the server's own.
const PATH: usize = 256;

/// Why an item can't be decoded, and where in it. It never holds a value: serde's own texts quote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", self.reason(), self.place())]
pub struct InvalidItem {
    path: Option<String>,
    is_data: bool,
}

impl InvalidItem {
    /// The path to the value that is wrong, such as `author.name`; none if it is the whole item. Control characters in it are
    /// escaped, and it is cut after 256 characters.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether the item is JSON, and not of the expected form: a member that is missing, a value of another type.
    pub fn is_data(&self) -> bool {
        self.is_data
    }

    fn reason(&self) -> &'static str {
        if self.is_data {
            "it does not have the expected form"
        } else {
            "it is not JSON"
        }
    }

    fn place(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(String::new, |path| format!(" at {path}"))
    }
}

/// Decodes one item.
pub(crate) fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, InvalidItem> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| InvalidItem {
        path: Some(printable(&error.path().to_string())).filter(|path| path != "."),
        is_data: error.inner().classify() == Category::Data,
    })
}

/// The path as it may stand in a log: short, and on one line.
fn printable(path: &str) -> String {
    let mut printable = String::new();
    for character in path.chars().take(PATH) {
        if character.is_control() {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Message {
        #[serde(rename = "author")]
        _author: Author,
    }

    #[derive(Debug, Deserialize)]
    struct Author {
        #[serde(rename = "age")]
        _age: u8,
    }

    #[test]
    fn an_invalid_item_tells_where_and_keeps_what_it_holds_to_itself() {
        let error = decode::<Message>(br#"{"author":{"age":"hunter2"}}"#).unwrap_err();
        assert_eq!(error.path(), Some("author.age"));
        assert!(error.is_data());
        assert_eq!(
            error.to_string(),
            "it does not have the expected form at author.age"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        let error = decode::<u8>(b"\"hunter2\"").unwrap_err();
        assert_eq!(error.path(), None);
        assert_eq!(error.to_string(), "it does not have the expected form");
    }

    #[test]
    fn an_item_may_stay_as_it_is_written() {
        let raw = decode::<Box<serde_json::value::RawValue>>(b"{\"a\": 1.50}").unwrap();
        assert_eq!(raw.get(), "{\"a\": 1.50}");
    }
}

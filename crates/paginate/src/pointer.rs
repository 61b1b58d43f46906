//! A JSON pointer (RFC 6901), and what it leads to.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A place in a JSON document (RFC 6901): `/meta/next_cursor`, or the empty text for the document itself.
///
/// A slash in a name is written `~1`, a tilde `~0`. A pointer without its first slash is read as if it had one. A dot is part
/// of a name: `meta.next_cursor` leads to a member of that name, and not below `meta`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Pointer {
    names: Vec<String>,
}

impl Pointer {
    /// The place under these names, one below the other. They are taken as they are.
    pub fn of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self { names }
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// What stands there, as the document has it. The document is read once and nothing of it is copied; where a name
    /// stands twice, the last one counts.
    pub(crate) fn find<'de>(
        &self,
        json: &'de [u8],
    ) -> Result<Option<&'de RawValue>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let found = Path(&self.names).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(found)
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            return Self { names: Vec::new() };
        }
        let names = text.strip_prefix('/').unwrap_or(text).split('/');
        Self::of(names.map(|name| name.replace("~1", "/").replace("~0", "~")))
    }
}

impl From<String> for Pointer {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        let names = pointer.names.iter();
        let names = names.map(|name| name.replace('~', "~0").replace('/', "~1"));
        names.flat_map(|name| ["/".to_owned(), name]).collect()
    }
}

/// The names that are left of the way.
struct Path<'p>(&'p [String]);

impl<'de> DeserializeSeed<'de> for Path<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => <&RawValue>::deserialize(deserializer).map(Some),
            [name, rest @ ..] => deserializer.deserialize_any(Below { name, rest }),
        }
    }
}

/// Looks for a name, and for the rest of the way below it.
struct Below<'p> {
    name: &'p str,
    rest: &'p [String],
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = map.next_key_seed(Is(self.name))? {
            if is_it {
                found = map.next_value_seed(Path(self.rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let wanted = array_index(self.name);
        for index in 0_usize.. {
            let more = if Some(index) == wanted {
                let element = list.next_element_seed(Path(self.rest))?;
                found = element.flatten();
                element.is_some()
            } else {
                list.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(found)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Whether a key is this one.
struct Is<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// Digits without a leading zero (RFC 6901 §4).
fn array_index(name: &str) -> Option<usize> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_digit());
    let has_zero = name.len() > 1 && name.starts_with('0');
    name.parse().ok().filter(|_| is_plain && !has_zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(json: &'a str, pointer: &str) -> Option<&'a str> {
        let found = Pointer::from(pointer).find(json.as_bytes()).unwrap();
        found.map(RawValue::get)
    }

    /// The document of RFC 6901 §5.
    const DOCUMENT: &str = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
        "k\"l": 6, " ": 7, "m~n": 8}"#;

    #[test]
    fn the_examples_of_the_rfc_lead_where_it_says() {
        for (pointer, value) in [
            ("", DOCUMENT),
            ("/foo", r#"["bar", "baz"]"#),
            ("/foo/0", "\"bar\""),
            ("/foo/1", "\"baz\""),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(find(DOCUMENT, pointer), Some(value), "{pointer:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for pointer in [
            "/none", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/0/x", "/a~1b/x", "/foo/bar",
        ] {
            assert_eq!(find(DOCUMENT, pointer), None, "{pointer:?}");
        }
        for scalar in ["true", "-1", "1.5", "\"text\"", "null"] {
            assert_eq!(find(scalar, "/x"), None, "{scalar}");
        }
    }

    #[test]
    fn null_is_found() {
        assert_eq!(find(r#"{"a": null}"#, "/a"), Some("null"));
    }

    #[test]
    fn the_last_of_two_of_one_name_counts() {
        assert_eq!(find(r#"{"a": 1, "a": 2}"#, "/a"), Some("2"));
        assert_eq!(find(r#"{"a": {"b": 1}, "a": 2}"#, "/a/b"), None);
    }

    #[test]
    fn names_may_be_given_one_by_one() {
        assert_eq!(Pointer::of(["a/b", "m~n"]), Pointer::from("/a~1b/m~0n"));
        assert_eq!(Pointer::from("data/items"), Pointer::from("/data/items"));
        for text in ["", "/", "/a~1b/m~0n", "/~01//x"] {
            assert_eq!(String::from(Pointer::from(text)), text);
        }
    }

    #[test]
    fn what_is_no_json_is_an_error_wherever_it_breaks() {
        for json in [
            "",
            "{",
            r#"{"a": 1"#,
            r#"{"a": 1} x"#,
            "{\"a\": \"\u{1}\"}",
            "[1,]",
        ] {
            let found = Pointer::from("/a").find(json.as_bytes());
            assert!(found.is_err(), "{json:?}");
        }
        assert!(Pointer::from("/a").find(b"{\"a\": \"\xff\"}").is_err());
    }

    #[test]
    fn a_document_may_be_nested_without_end() {
        let deep = format!(
            r#"{{"deep": {}{}, "a": 1}}"#,
            "[".repeat(50_000),
            "]".repeat(50_000)
        );
        assert_eq!(find(&deep, "/a"), Some("1"));
    }
}

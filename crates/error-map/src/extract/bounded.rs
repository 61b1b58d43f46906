//! JSON read no further than what an error says can need, so that a small body can't cost much.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How many values are kept. In 64 KiB of the JSON that people send there are no more.
const VALUES: usize = 4096;
/// How deep they may be: lists and objects within each other.
const DEPTH: usize = 16;

/// The body, if it is JSON. What is beyond the limits is left out, and must be JSON too.
pub(super) fn parse(body: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut left = VALUES;
    let bounded = Bounded {
        left: &mut left,
        depth: DEPTH,
    };
    let value = bounded.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Reads one value, and what it holds, as far as it may.
struct Bounded<'a> {
    left: &'a mut usize,
    depth: usize,
}

impl Bounded<'_> {
    fn within(&mut self) -> Bounded<'_> {
        Bounded {
            left: self.left,
            depth: self.depth.saturating_sub(1),
        }
    }

    fn is_spent(&self) -> bool {
        *self.left == 0 || self.depth == 0
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        *self.left = self.left.saturating_sub(1);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while !self.is_spent() {
            match items.next_element_seed(self.within())? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while !self.is_spent() {
            let Some(name) = members.next_key::<String>()? else {
                return Ok(Value::Object(object));
            };
            object.insert(name, members.next_value_seed(self.within())?);
        }
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values(value: &Value) -> usize {
        1 + match value {
            Value::Array(list) => list.iter().map(values).sum(),
            Value::Object(object) => object.values().map(values).sum(),
            _ => 0,
        }
    }

    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
            Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    #[test]
    fn what_is_within_the_limits_is_read_as_it_is() {
        let body = r#" {"a": [1, -2, 0.5, true, null, "\u0041"], "b": {"c": {}}, "a2": []} "#;
        let whole: Value = serde_json::from_str(body).unwrap();
        assert_eq!(parse(body.as_bytes()), Some(whole));
        for text in ["", "{", "[1] x", "{\"a\":}", "\u{feff}1"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_beyond_them_is_left_out_and_must_be_json() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let innermost = "it is there and empty";
        assert_eq!(
            depth(&parse(deep.as_bytes()).unwrap()),
            DEPTH + 1,
            "{innermost}"
        );
        assert_eq!(parse("[".repeat(10_000).as_bytes()), None);

        let wide = format!("[{}1]", "1,".repeat(30_000));
        assert_eq!(values(&parse(wide.as_bytes()).unwrap()), VALUES);
        let objects = format!("[{}{{}}]", r#"{"a":{"b":[]}},"#.repeat(4000));
        assert_eq!(values(&parse(objects.as_bytes()).unwrap()), VALUES);
        assert_eq!(
            parse(format!("[{}x]", "1,".repeat(30_000)).as_bytes()),
            None
        );
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_counts() {
        assert_eq!(parse(br#"{"a": 1, "a": 2}"#), Some(json!({"a": 2})));
    }

    proptest! {
        #[test]
        fn small_json_is_read_as_serde_reads_it(body in "[\\[\\]{}:,\"a10.e-]{0,20}") {
            let whole = serde_json::from_str::<Value>(&body).ok();
            prop_assert_eq!(parse(body.as_bytes()), whole);
        }
    }
}

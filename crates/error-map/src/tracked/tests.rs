//! To where trails lead.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;

/// What the value is, or where it isn't.
fn read<T: DeserializeOwned>(json: &str) -> Result<T, Option<String>> {
    let trail = Trail::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserialize(&mut deserializer, &trail).map_err(|_| trail.path())
}

#[derive(Debug, Deserialize, PartialEq)]
struct User {
    #[serde(rename = "full-name", alias = "name")]
    name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, Tag>,
    #[serde(default)]
    shape: Shape,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Tag {
    weight: u8,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
enum Shape {
    #[default]
    Point,
    Circle(u8),
    Line(u8, u8),
    Square {
        side: u8,
    },
}

#[derive(Debug, Deserialize)]
struct Meters(#[allow(dead_code, reason = "only decoded")] Vec<(u8, u8)>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[allow(dead_code, reason = "only decoded")]
    a: u8,
}

#[derive(Debug, Deserialize)]
struct Flat {
    #[serde(flatten)]
    #[allow(dead_code, reason = "only decoded")]
    tag: Tag,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "only decoded")]
enum Untagged {
    Tag(Tag),
}

#[derive(Debug, Deserialize)]
struct Tree {
    #[serde(default)]
    #[allow(dead_code, reason = "only decoded")]
    children: Vec<Tree>,
}

fn place<T: DeserializeOwned>(json: &str) -> String {
    match read::<T>(json) {
        Ok(_) => "none".to_owned(),
        Err(path) => path.unwrap_or_default(),
    }
}

#[test]
fn a_trail_leads_to_the_value_by_names_of_the_type_alone() {
    for (what, found, path) in [
        ("the whole", place::<u8>("\"x\""), ""),
        ("an item", place::<Vec<u8>>("[1, 2, \"x\"]"), "[2]"),
        (
            "a field",
            place::<Vec<User>>(r#"[{}, {"tags": 1}]"#),
            "[1].tags",
        ),
        (
            "a renamed field",
            place::<User>(r#"{"full-name": 1}"#),
            "full-name",
        ),
        (
            "a key of a map",
            place::<BTreeMap<String, u8>>(r#"{"hunter2": "x"}"#),
            "*",
        ),
        (
            "a key that is a number",
            place::<BTreeMap<u8, u8>>(r#"{"7": 1, "1000": 2}"#),
            "",
        ),
        (
            "a field below a key",
            place::<User>(r#"{"tags": {"hunter2": {"weight": 300}}}"#),
            "tags.*.weight",
        ),
        (
            "what is missing",
            place::<User>(r#"{"tags": {"a": {"weight": 1}, "b": {}}}"#),
            "tags.*",
        ),
        (
            "what is unknown",
            place::<Vec<Strict>>(r#"[{"a": 1, "hunter2": 2}]"#),
            "[0]",
        ),
        (
            "a variant",
            place::<User>(r#"{"shape": {"Circle": "x"}}"#),
            "shape.Circle",
        ),
        (
            "its item",
            place::<User>(r#"{"shape": {"Line": [1, -1]}}"#),
            "shape.Line[1]",
        ),
        (
            "its field",
            place::<User>(r#"{"shape": {"Square": {"side": -1}}}"#),
            "shape.Square.side",
        ),
        (
            "no variant",
            place::<User>(r#"{"shape": "hunter2"}"#),
            "shape",
        ),
        (
            "a list in a newtype",
            place::<Meters>("[[1, 2], [3, -4]]"),
            "[1][1]",
        ),
        (
            "a list that is too long",
            place::<Meters>("[[1, 2, 3]]"),
            "[0]",
        ),
        ("what is flattened", place::<Flat>(r#"{"weight": 300}"#), ""),
        (
            "itself",
            place::<Tree>(r#"{"children": [{}, {"children": 1}]}"#),
            "children[1].children",
        ),
        (
            "JSON that ends",
            place::<User>(r#"{"tags": {"hunter2": {"weight"#),
            "tags.*",
        ),
        ("a list that ends", place::<Vec<Vec<u8>>>("[[1],["), "[1]"),
        ("a value that ends", place::<Vec<u8>>("[1,2"), ""),
        (
            "a check of the type's own",
            place::<Even>("[2, 4, 5]"),
            "[2]",
        ),
    ] {
        assert_eq!(found, path, "{what}");
    }
}

/// A list with a `Deserialize` of one's own, as for a type that checks what it holds.
#[derive(Debug, Deserialize)]
struct Even(#[allow(dead_code, reason = "only decoded")] Vec<EvenNumber>);

#[derive(Debug)]
struct EvenNumber;

impl<'de> Deserialize<'de> for EvenNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        match number % 2 {
            0 => Ok(Self),
            _ => Err(D::Error::custom(format!("{number} is odd"))),
        }
    }
}

#[test]
fn what_is_good_is_read_as_it_is() {
    let json = r#"{"name": "Ada", "tags": {"a": {"weight": 1}}, "shape": {"Line": [1, 2]}, "more": [1, {"x": null}]}"#;
    assert_eq!(read::<User>(json), Ok(serde_json::from_str(json).unwrap()));
    let json = r#"[{"full-name": null, "shape": "Point"}, {"shape": {"Square": {"side": 3}}}, {"shape": {"Circle": 3}}]"#;
    assert_eq!(
        read::<Vec<User>>(json),
        Ok(serde_json::from_str(json).unwrap())
    );
}

proptest! {
    #[test]
    fn any_json_is_read_as_serde_reads_it(json in "[\\[\\]{}:,\"a10.e-]{0,20}") {
        let plain = serde_json::Deserializer::from_str(&json);
        let plain = { let mut plain = plain; Value::deserialize(&mut plain) };
        prop_assert_eq!(read::<Value>(&json).ok(), plain.ok());
    }
}

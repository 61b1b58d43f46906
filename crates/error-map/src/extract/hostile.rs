//! What bodies that are made to cost much do cost.

use http::{HeaderMap, StatusCode};

use super::details;
use super::found::{FIELDS, NAME};
use crate::{ErrorAnswer, ErrorDetails};

/// What the middleware reads of a body.
const LIMIT: usize = 64 * 1024;

/// As many repetitions of this as fit between these.
fn filled(before: &str, unit: &str, after: &str) -> String {
    let room = LIMIT - before.len() - after.len();
    format!("{before}{}{after}", unit.repeat(room / unit.len()))
}

/// Objects in objects by these names, around `innermost`.
fn nested(names: &[&str], levels: usize, innermost: &str) -> String {
    let names = names.iter().cycle().take(levels);
    let opening = names.fold(String::new(), |opening, name| {
        opening + "{\"" + name + "\":"
    });
    opening + innermost + &"}".repeat(levels)
}

fn bytes(details: &ErrorDetails) -> usize {
    let length = |text: Option<&str>| text.map_or(0, str::len);
    let fields = details.field_errors().iter();
    let fields = fields
        .map(|error| error.field().len() + length(error.message()) + length(error.code()))
        .sum::<usize>();
    fields + length(details.message()) + length(details.code())
}

#[test]
fn no_body_makes_more_of_itself_than_the_limits_allow() {
    let name = "n".repeat(30_000);
    let half = "n".repeat(NAME / 2);
    let many_fields: Vec<_> = (0..5000)
        .map(|field| format!(r#""{field:x}":["x"]"#))
        .collect();
    #[rustfmt::skip]
    let bodies = [
        ("a long name of many texts", filled(&format!(r#"{{"{name}":["#), r#""","#, r#"""]}"#), FIELDS),
        ("one in an envelope", filled(&format!(r#"{{"errors":{{"{name}":["#), r#""","#, r#"""]}}"#), FIELDS),
        ("one of a long path", filled(
            &format!(r#"{{"errors":{}"#, nested(&[&half], 8, "[").trim_end_matches('}')), r#""","#,
            &format!(r#"""]{}"#, "}".repeat(9))), FIELDS),
        ("a list of errors", filled(r#"{"errors":["#, r#"{"field":"a"},"#, r#"{"field":"b"}]}"#), FIELDS),
        ("a list within each error", filled(r#"{"errors":["#, r#"{"errors":[{"field":"a"}]},"#, "0]}"), FIELDS),
        ("a path of many steps", filled(r#"{"errors":[{"loc":["#, r#""a","#, r#""a"],"msg":"m"}]}"#), 1),
        ("a map of many fields", format!("{{{}}}", many_fields.join(",")), FIELDS),
        ("objects within objects", nested(&["detail", "error", "details", "errors"], 120, r#"{"email":["taken"]}"#), 0),
        ("lists within objects", nested(&["errors", "detail"], 100, &filled("[", r#"{"a":0},"#, "0]")[..6000]), 0),
        ("many texts", filled(r#"{"errors":["#, r#""a","#, r#""a"]}"#), 0),
        ("one long text", filled(r#"{"field":"f","message":""#, "a", r#""}"#), 1),
        ("a list of lists", filled("[", "[[[[0]]]],", "0]"), 0),
    ];
    for (what, body, fields) in bodies {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let answer = ErrorAnswer::new(status, HeaderMap::new(), body.clone());
        let details = details(&answer);
        assert_eq!(details.field_errors().len(), fields, "{what}");
        let longest = details
            .field_errors()
            .iter()
            .map(|error| error.field().len());
        assert!(longest.max().unwrap_or(0) <= NAME, "{what}");
        // A text may be told as the message and as that of a field.
        assert!(
            bytes(&details) <= 2 * LIMIT + FIELDS * NAME,
            "{what}: {}",
            bytes(&details)
        );
    }
}

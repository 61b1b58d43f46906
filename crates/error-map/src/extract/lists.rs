//! Lists of errors, each of which may say what is wrong with which field.

use http::StatusCode;
use serde_json::Value;

use super::found::{self, Found};
use super::words::{self, first_text};
use super::{Object, maps};

/// Members that hold a list of errors.
pub(super) const LISTS: &[&str] = &[
    "errors",
    "error",
    "detail",
    "details",
    "Errors",
    "issues",
    "violations",
    "fieldViolations",
    "invalid-params",
    "invalid_params",
    "invalidParams",
    "fieldErrors",
    "field_errors",
    "fields",
    "validationErrors",
    "validation_errors",
    "validation",
    "subErrors",
    "causes",
    "root_cause",
    "message",
];

/// What the field is called in an error of a list, and whether it may be so outside of one.
const NAMES: &[(&str, bool)] = &[
    ("field", true),
    ("pointer", true),
    ("param", true),
    ("parameter", true),
    ("source", true),
    ("property", true),
    ("propertyName", true),
    ("PropertyName", true),
    ("propertyPath", true),
    ("instancePath", true),
    ("field_name", true),
    ("fieldName", true),
    ("attribute", true),
    ("attr", true),
    ("loc", false),
    ("path", false),
    ("fields", false),
    ("target", false),
    ("location", false),
    ("name", false),
];

/// A code of one field, beside those of [`words::CODES`].
const CODES: &[&str] = &["type", "reason", "error"];

pub(super) fn of(object: &Object) -> impl Iterator<Item = &[Value]> {
    let lists = LISTS
        .iter()
        .filter_map(|name| object.get(*name)?.as_array());
    lists.map(Vec::as_slice)
}

/// Adds what an object says about fields: in a list, in a map, or about one. The first that says something counts.
///
/// What speaks for itself within it has been read already, unless the object is one of a list.
pub(super) fn add(object: &Object, is_listed: bool, found: &mut Found) {
    let before = found.len();
    for list in of(object) {
        add_list(list, found);
        if found.len() > before {
            return;
        }
    }
    for map in maps::of(object) {
        maps::add(map, false, found);
        if found.len() > before {
            return;
        }
    }
    for name in ["details", "detail"] {
        if let Some(nested) = object.get(name).and_then(Value::as_object)
            && (is_listed || !words::speaks(nested) || name == "details")
        {
            add(nested, is_listed, found);
            if found.len() > before {
                return;
            }
        }
    }
    add_named(object, true, found);
}

/// Adds the errors of the items: their own, or those in a list of their own, as Google has them.
pub(super) fn add_list(list: &[Value], found: &mut Found) {
    for item in list.iter().filter_map(Value::as_object) {
        if found.is_full() {
            return;
        }
        if !add_named(item, false, found) {
            add(item, true, found);
        }
    }
}

/// Adds the error that an object is, if it says of which field.
fn add_named(object: &Object, is_alone: bool, found: &mut Found) -> bool {
    // GraphQL's path leads through the answer.
    let is_graphql = object.contains_key("extensions") || object.contains_key("locations");
    let field_of = |name: &str| {
        let is_answer = is_graphql && name == "path";
        (!is_answer).then(|| path(object.get(name)?)).flatten()
    };
    let mut known = NAMES.iter();
    let found_name = known.find_map(|(name, anywhere)| {
        let wanted = *anywhere || !is_alone;
        Some((wanted.then(|| field_of(name)).flatten()?, *name))
    });
    let Some((field, called)) = found_name else {
        return false;
    };
    let names = words::MESSAGES.iter().copied();
    let names: Vec<_> = names.filter(|name| *name != called).collect();
    let message = first_text(object, &names).or_else(|| constraint(object));
    let code = code(object, message.as_deref(), found.status);
    found.add(&field, message, code);
    true
}

/// The first of class-validator's messages.
fn constraint(object: &Object) -> Option<String> {
    let constraints = object.get("constraints")?.as_object()?;
    Some(constraints.values().next()?.as_str()?.to_owned())
}

fn code(object: &Object, message: Option<&str>, status: StatusCode) -> Option<String> {
    let mut names = words::CODES.iter().chain(CODES);
    names.find_map(|name| {
        let code = words::code(object.get(*name)?, status)?;
        (message != Some(code.as_str())).then_some(code)
    })
}

/// A field as it is, or its path; JSON:API has a pointer, a parameter or a header in an object.
fn path(value: &Value) -> Option<String> {
    let path = match value {
        Value::String(field) => field.clone(),
        Value::Array(steps) => steps.iter().try_fold(String::new(), |path, step| {
            Some(match step {
                Value::String(name) => found::join(&path, name),
                Value::Number(index) => found::join(&path, &index.to_string()),
                _ => return None,
            })
        })?,
        Value::Object(source) => {
            let names = ["pointer", "parameter", "header"];
            return names.iter().find_map(|name| path(source.get(*name)?));
        }
        _ => return None,
    };
    (!path.is_empty()).then_some(path)
}

//! What is wrong with which field.

use serde_json::Value;

use super::Object;
use super::words::{self, first_text, is_word};
use crate::{ErrorDetails, FieldError};

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

/// Members that hold a map from field to errors.
const MAPS: &[&str] = &[
    "errors",
    "error",
    "fields",
    "fieldErrors",
    "field_errors",
    "validationErrors",
    "validation_errors",
    "invalid_params",
    "ModelState",
    "modelState",
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
    ("loc", false),
    ("path", false),
    ("fields", false),
    ("target", false),
    ("location", false),
    ("name", false),
];

pub(super) fn lists(object: &Object) -> impl Iterator<Item = &[Value]> {
    let lists = LISTS
        .iter()
        .filter_map(|name| object.get(*name)?.as_array());
    lists.map(Vec::as_slice)
}

/// All that an object says about fields: in a list, in a map, or about one.
pub(super) fn of(object: &Object) -> Vec<FieldError> {
    let listed = lists(object).map(|list| {
        let items = list.iter().filter_map(Value::as_object);
        items.flat_map(within).collect()
    });
    let mapped = MAPS.iter().filter_map(|name| {
        let map = object.get(*name)?.as_object()?;
        let speaks = map
            .keys()
            .any(|name| words::SPEAKS.contains(&name.as_str()));
        (!speaks || map.values().all(Value::is_array)).then(|| map_of(map))
    });
    // JSend says so beside it.
    let failed = object.get("status").and_then(Value::as_str) == Some("fail");
    let jsend = failed.then(|| object.get("data")?.as_object()).flatten();
    let nested = ["details", "detail"]
        .iter()
        .filter_map(|name| Some(of(object.get(*name)?.as_object()?)));
    listed
        .chain(mapped)
        .chain(jsend.map(map_of))
        .chain(nested)
        .find(|fields: &Vec<_>| !fields.is_empty())
        .unwrap_or_else(|| named(object, true).into_iter().collect())
}

/// The errors of one item: its own, or those in a list of its own, as Google has them.
fn within(item: &Object) -> Vec<FieldError> {
    match one(item) {
        Some(error) => vec![error],
        None => of(item),
    }
}

/// The error that an item of a list is, if it says of which field.
pub(super) fn one(item: &Object) -> Option<FieldError> {
    named(item, false)
}

fn named(object: &Object, alone: bool) -> Option<FieldError> {
    // GraphQL's path leads through the answer.
    let is_graphql = object.contains_key("extensions") || object.contains_key("locations");
    let mut names = NAMES.iter();
    let (field, called) = names.find_map(|(name, anywhere)| {
        let wanted = (*anywhere || !alone) && !(is_graphql && *name == "path");
        let field = wanted.then(|| path(object.get(*name)?)).flatten()?;
        Some((field, *name))
    })?;
    let constraints = || {
        object
            .get("constraints")?
            .as_object()?
            .values()
            .next()?
            .as_str()
    };
    let names: Vec<_> = words::MESSAGES
        .iter()
        .copied()
        .filter(|name| *name != called)
        .collect();
    let message = first_text(object, &names).or_else(|| constraints().map(str::to_owned));
    let code = ["type", "reason", "error"];
    let mut code =
        words::CODES
            .iter()
            .copied()
            .chain(code)
            .filter_map(|name| match object.get(name)? {
                Value::String(word) if is_word(word) && message.as_ref() != Some(word) => {
                    Some(word.clone())
                }
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
    let code = code.next();
    Some(error(field, message, code))
}

fn error(field: String, message: Option<String>, code: Option<String>) -> FieldError {
    let mut error = FieldError::new(field);
    if let Some(message) = message {
        error = error.with_message(message);
    }
    if let Some(code) = code {
        error = error.with_code(code);
    }
    error
}

/// A field as it is, or its path; JSON:API has a pointer, a parameter or a header in an object.
fn path(value: &Value) -> Option<String> {
    let path = match value {
        Value::String(field) => field.clone(),
        Value::Array(path) => {
            let steps: Option<Vec<_>> = path.iter().map(step).collect();
            steps?.join(".")
        }
        Value::Object(source) => {
            let names = ["pointer", "parameter", "header"];
            return names.iter().find_map(|name| path(source.get(*name)?));
        }
        _ => return None,
    };
    (!path.is_empty()).then_some(path)
}

fn step(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Number(index) => Some(index.to_string()),
        _ => None,
    }
}

/// An object that is nothing but a map from field to texts, as Django REST framework has it.
pub(super) fn by_name(object: &Object) -> Option<ErrorDetails> {
    fn is_map(value: &Value) -> bool {
        match value {
            Value::Array(list) => list.iter().all(|item| item.is_string() || is_map(item)),
            Value::Object(object) => object.values().all(is_map),
            _ => false,
        }
    }
    if !object.values().all(is_map) {
        return None;
    }
    let mut details = ErrorDetails::new();
    for error in map_of(object) {
        match error.field() {
            "non_field_errors" | "__all__" | "base" => {
                if let Some(message) = error.message() {
                    details = details.with_message(message);
                }
            }
            _ => details = details.with_field_error(error),
        }
    }
    Some(details)
}

fn map_of(map: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    add_map("", map, &mut errors);
    errors
}

fn add_map(prefix: &str, map: &Object, errors: &mut Vec<FieldError>) {
    for (name, value) in map {
        let field = match (prefix, name.as_str()) {
            // Discord, and zod's `format`: the errors of what it stands in.
            (prefix, "_errors") => prefix.to_owned(),
            ("", name) => name.to_owned(),
            (prefix, name) => format!("{prefix}.{name}"),
        };
        add(&field, value, errors);
    }
}

fn add(field: &str, value: &Value, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(message) => errors.push(FieldError::new(field).with_message(message)),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                match item {
                    Value::String(_) => add(field, item, errors),
                    Value::Object(object) if says(object).is_none() => {
                        add_map(&format!("{field}.{index}"), object, errors);
                    }
                    item => add(field, item, errors),
                }
            }
        }
        Value::Object(object) => match says(object) {
            Some((message, code)) => errors.push(error(field.to_owned(), message, code)),
            None => add_map(field, object, errors),
        },
        _ => {}
    }
}

/// What one error says, if it is one and no map.
fn says(object: &Object) -> Option<(Option<String>, Option<String>)> {
    let message = first_text(object, &["message", "msg", "description", "detail"]);
    let code = ["code", "type", "error"]
        .iter()
        .find_map(|name| object.get(*name)?.as_str());
    if message.is_none() && code.is_none() {
        return None;
    }
    Some((message, code.map(str::to_owned)))
}

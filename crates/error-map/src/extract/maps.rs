//! Maps from a field to what is wrong with it.

use serde_json::Value;

use super::found::{self, Found};
use super::words::{self, first_text};
use super::{Object, lists};

/// Members that hold a map from field to errors, whatever the errors look like.
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

/// Members that may hold one as well, which then looks like one.
const ENVELOPES: &[&str] = &["detail", "details", "Error", "fault"];

/// Members of a map that are about no field, but about all of them.
const WHOLE: &[&str] = &[
    "non_field_errors",
    "__all__",
    "base",
    "_errors",
    "formErrors",
];

/// Members of a map with nothing around it that are so too, as are those that hold a list of errors elsewhere.
const BARE: &[&str] = &["errorMessages", "messages"];

/// Members whose texts are about all there is if they stand alone, or about a field of that name: they are read as both.
const EITHER: &[&str] = &["message", "detail", "msg"];

/// The maps that an object holds.
pub(super) fn of(object: &Object) -> impl Iterator<Item = &Object> {
    let by_name = MAPS.iter().filter_map(|name| {
        let map = object.get(*name)?.as_object()?;
        (is_map(map) || !words::speaks(map)).then_some(map)
    });
    let by_form = ENVELOPES.iter().filter_map(|name| {
        let map = object.get(*name)?.as_object()?;
        (is_map(map) || is_of_errors(map)).then_some(map)
    });
    // JSend says so beside it.
    let failed = object.get("status").and_then(Value::as_str) == Some("fail");
    let jsend = failed.then(|| object.get("data")?.as_object()).flatten();
    by_name.chain(by_form).chain(jsend).chain(alone(object))
}

/// GitLab has one in the place of its message.
fn alone(object: &Object) -> Option<&Object> {
    let message = object.get("message").filter(|_| object.len() == 1)?;
    message.as_object().filter(|map| is_map(map))
}

/// Whether an object is such a map with nothing around it, as Django REST framework sends it.
pub(super) fn is_bare(object: &Object) -> bool {
    let holds = |names: &[&str]| {
        let mut names = names.iter();
        names.any(|name| object.get(*name).is_some_and(Value::is_object))
    };
    let mut lists = lists::of(object);
    !holds(MAPS)
        && !holds(ENVELOPES)
        && lists.all(|list| list.iter().all(Value::is_string))
        && alone(object).is_none()
        && is_map(object)
}

/// Whether an object looks like a map from field to texts, whatever its fields are called: each member holds a list of
/// texts, or more of the same. One error has a text or a number somewhere.
pub(super) fn is_map(object: &Object) -> bool {
    !object.is_empty() && object.iter().all(|(name, value)| is_of_map(name, value))
}

fn is_of_map(name: &str, value: &Value) -> bool {
    match value {
        Value::Array(_) if name == ERRORS => true,
        Value::Array(list) => list
            .iter()
            .all(|item| item.is_string() || (item.is_object() && is_of_map(name, item))),
        Value::Object(object) => object.iter().all(|(name, value)| is_of_map(name, value)),
        _ => false,
    }
}

/// Whether each member is a list of errors, as Zendesk has them.
fn is_of_errors(object: &Object) -> bool {
    let is_error = |item: &Value| item.get("description").is_some_and(Value::is_string);
    let mut lists = object.values().map(Value::as_array);
    !object.is_empty() && lists.all(|list| list.is_some_and(|list| list.iter().all(is_error)))
}

/// Discord, and zod's `format`: the errors of what it stands in.
const ERRORS: &str = "_errors";

/// Adds what a map says. One that is bare has nothing around it.
pub(super) fn add(map: &Object, is_bare: bool, found: &mut Found) {
    for (name, value) in map {
        let is_whole = is_whole(name, is_bare);
        let is_either = map.len() == 1 && EITHER.contains(&name.as_str());
        let texts = || words::text(value.as_array()?);
        let texts = (is_whole || is_either).then(texts).flatten();
        let is_said = is_whole && texts.is_some();
        if let Some(texts) = texts {
            found.add_whole(texts);
        }
        match value {
            _ if is_said => {}
            // zod, flattened: it is within the map that it is.
            Value::Object(fields) if name == "fieldErrors" => add_members("", fields, found),
            value => add_member("", name, value, found),
        }
    }
}

fn is_whole(name: &str, is_bare: bool) -> bool {
    let is_list = || lists::LISTS.contains(&name) && !EITHER.contains(&name);
    WHOLE.contains(&name) || (is_bare && (BARE.contains(&name) || is_list()))
}

fn add_members(outer: &str, map: &Object, found: &mut Found) {
    for (name, value) in map {
        add_member(outer, name, value, found);
    }
}

fn add_member(outer: &str, name: &str, value: &Value, found: &mut Found) {
    match name {
        ERRORS | "non_field_errors" if !outer.is_empty() => add_value(outer, value, found),
        name => add_value(&found::join(outer, name), value, found),
    }
}

fn add_value(field: &str, value: &Value, found: &mut Found) {
    if found.is_full() {
        return;
    }
    match value {
        Value::String(message) => found.add(field, Some(message.trim().to_owned()), None),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                match item {
                    Value::Object(object) if !add_error(field, object, found) => {
                        add_members(&found::join(field, &index.to_string()), object, found);
                    }
                    Value::Object(_) => {}
                    item => add_value(field, item, found),
                }
            }
        }
        Value::Object(object) if !add_error(field, object, found) => {
            add_members(field, object, found);
        }
        _ => {}
    }
}

/// Adds what one error says, if it is one and no map.
fn add_error(field: &str, object: &Object, found: &mut Found) -> bool {
    if is_map(object) {
        return false;
    }
    let message = first_text(object, &["message", "msg", "description", "detail"]);
    let mut codes = ["code", "type", "error"].iter();
    let code = codes.find_map(|name| words::code(object.get(*name)?, found.status));
    let is_error = message.is_some() || code.is_some();
    if is_error {
        found.add(field, message, code);
    }
    is_error
}

//! What APIs call a message, a code and a field.

use http::StatusCode;
use serde_json::Value;

use super::Object;

/// A message for people, the most telling first.
pub(super) const MESSAGES: &[&str] = &[
    "message",
    "Message",
    "error_description",
    "error_message",
    "errorMessage",
    "ErrorMessage",
    "defaultMessage",
    "detail",
    "description",
    "msg",
    "faultstring",
    "error_summary",
    "errorSummary",
    "errorMessages",
    "issue",
    "reason",
    "title",
    "error",
    "errors",
];

/// A code for programs, by names that mean nothing else.
pub(super) const CODES: &[&str] = &[
    "code",
    "Code",
    "error_code",
    "errorCode",
    "ErrorCode",
    "errorcode",
    "keyword",
    "issue",
];

/// A code for programs, by names that may mean something else, so only where the others are missing. In a list the first
/// is the name of a field.
pub(super) const NAMES: &[&str] = &["name", "error", "reason", "category", "type"];

/// An object in which one of these is a text or a number is about an error.
pub(super) const SPEAKS: &[&str] = &[
    "message",
    "Message",
    "code",
    "Code",
    "error",
    "errors",
    "detail",
    "issues",
    "faultstring",
    "errorcode",
    "reason",
    "type",
    "value",
    ".tag",
];

/// So is one in which one of these holds more.
const HOLDS: &[&str] = &["error", "errors", "detail", "issues"];

/// Whether an object is about an error. One that isn't may be a map of fields.
pub(super) fn speaks(object: &Object) -> bool {
    let member = |name: &&str| object.get(*name);
    let mut spoken = SPEAKS.iter().filter_map(member);
    let mut held = HOLDS.iter().filter_map(member);
    spoken.any(|value| value.is_string() || value.is_number())
        || held.any(|value| value.is_array() || value.is_object())
}

/// The first of these members that is a text, or several, or a text in an object of its own.
pub(super) fn first_text(object: &Object, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get(*name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Array(list) => text(list),
        // OData has the language beside it.
        Value::Object(inner) => {
            let is_localized = inner.contains_key("lang") || inner.contains_key("locale");
            let value = inner.get("value")?.as_str()?;
            (is_localized && !value.trim().is_empty()).then(|| value.to_owned())
        }
        _ => None,
    })
}

/// A list of texts, if it is one.
pub(super) fn text(list: &[Value]) -> Option<String> {
    let texts: Option<Vec<_>> = list.iter().map(Value::as_str).collect();
    texts
        .filter(|texts| !texts.is_empty())
        .map(|texts| texts.join("; "))
        .filter(|texts| !texts.trim().is_empty())
}

/// A word or a number for programs, as a text. What only repeats the status says nothing, whether it is a number or a text.
pub(super) fn code(value: &Value, status: StatusCode) -> Option<String> {
    let code = match value {
        Value::String(word) if is_word(word) => word.clone(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    (code != status.as_str()).then_some(code)
}

/// Something to match rather than to read. `about:blank`, `error` and `error.list` say nothing.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(char::is_whitespace)
        && !matches!(text, "about:blank" | "error" | "Error" | "error.list")
}

/// The status of an error is no word for it where it is a number, as JSON:API has it.
pub(super) fn is_constant(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The name of an AWS error, without the namespace before it and the address behind.
pub(super) fn aws(name: &str) -> Option<&str> {
    let name = name.rsplit('#').next()?.split(':').next()?;
    is_word(name).then_some(name)
}

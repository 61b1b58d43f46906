//! From the body of an error to what it says: one pure function over the shapes that APIs really use.
//!
//! What it costs is bounded: so much is [parsed](bounded), and so much [kept](found), whatever a server sends.

mod bounded;
mod found;
#[cfg(test)]
mod hostile;
mod lists;
mod maps;
#[cfg(test)]
mod samples;
mod words;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::json::without_byte_order_mark;
use crate::{ErrorAnswer, ErrorDetails};
use found::Found;
use words::first_text;

type Object = Map<String, Value>;

/// What the answer says; empty if its shape is none that is known. JSON is read as such whatever the header says.
pub(crate) fn details(answer: &ErrorAnswer) -> ErrorDetails {
    let reading = Reading {
        status: answer.status(),
    };
    let said = match bounded::parse(without_byte_order_mark(answer.body())) {
        Some(Value::Object(object)) => reading.object(&object),
        Some(Value::Array(list)) => reading.list(&list),
        Some(Value::String(message)) if !message.trim().is_empty() => {
            ErrorDetails::new().with_message(message.trim())
        }
        _ => plain_text(answer),
    };
    said.or(in_headers(answer))
}

/// The code that AWS and Azure have beside bodies without one, which may be XML.
fn in_headers(answer: &ErrorAnswer) -> ErrorDetails {
    let names = ["x-amzn-errortype", "x-ms-error-code"];
    let mut codes = names.iter().filter_map(|name| {
        let code = answer.headers().get(*name)?.to_str().ok()?;
        words::aws(code)
    });
    let code = codes.next();
    code.map_or_else(ErrorDetails::new, |code| {
        ErrorDetails::new().with_code(code)
    })
}

fn plain_text(answer: &ErrorAnswer) -> ErrorDetails {
    let content_type = answer.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next());
    let is_text = media_type.is_some_and(|it| it.trim().eq_ignore_ascii_case("text/plain"));
    match std::str::from_utf8(answer.body()) {
        Ok(text) if is_text && !text.trim().is_empty() => {
            ErrorDetails::new().with_message(text.trim())
        }
        _ => ErrorDetails::new(),
    }
}

/// Members that hold what there is to say, whose own words go before those around them.
const INNER: &[&str] = &["error", "Error", "detail", "fault", "errors"];

struct Reading {
    /// What only repeats it says nothing.
    status: StatusCode,
}

impl Reading {
    fn object(&self, object: &Object) -> ErrorDetails {
        if maps::is_bare(object) {
            let mut found = Found::new(self.status);
            maps::add(object, true, &mut found);
            return found.into_details();
        }
        let inner = INNER
            .iter()
            .filter_map(|name| object.get(*name)?.as_object())
            .filter(|inner| words::speaks(inner) && !maps::is_map(inner))
            .map(|inner| self.object(inner));
        let details = inner.fold(ErrorDetails::new(), ErrorDetails::or);
        let details = details.or(self.said(object, words::NAMES));
        let mut listed = lists::of(object).map(|list| self.said_in(list));
        let listed = listed.find(|said| *said != ErrorDetails::new());
        let details = details.or(listed.unwrap_or_default());
        if !details.field_errors().is_empty() {
            return details;
        }
        let mut found = Found::new(self.status);
        lists::add(object, false, &mut found);
        details.or(found.into_details())
    }

    /// What the first of a list says, and what all of them say about fields.
    fn list(&self, list: &[Value]) -> ErrorDetails {
        // Google, where the answer would have been a stream.
        if let [Value::Object(only)] = list
            && only.get("error").is_some_and(Value::is_object)
        {
            return self.object(only);
        }
        let mut found = Found::new(self.status);
        lists::add_list(list, &mut found);
        self.said_in(list).or(found.into_details())
    }

    fn said_in(&self, list: &[Value]) -> ErrorDetails {
        if let Some(messages) = words::text(list) {
            return ErrorDetails::new().with_message(messages);
        }
        let items = list.iter().filter_map(Value::as_object);
        let mut said = items.map(|item| self.said(item, &words::NAMES[1..]));
        said.find(|said| *said != ErrorDetails::new())
            .unwrap_or_default()
    }

    fn said(&self, object: &Object, names: &[&str]) -> ErrorDetails {
        let mut details = ErrorDetails::new();
        if let Some(message) = first_text(object, words::MESSAGES) {
            details = details.with_message(message);
        }
        if let Some(code) = self.code(object, names) {
            details = details.with_code(code);
        }
        details
    }

    fn code(&self, object: &Object, names: &[&str]) -> Option<String> {
        let code = |name: &str| words::code(object.get(name)?, self.status);
        let is_text = |name: &str| object.get(name).is_some_and(Value::is_string);
        let text = |name: &str| is_text(name).then(|| code(name)).flatten();
        let aws = |name: &str| words::aws(&text(name)?).map(str::to_owned);
        let constant = |name: &str| text(name).filter(|word| words::is_constant(word));
        let extensions = || self.code(object.get("extensions")?.as_object()?, &[]);
        let texts = words::CODES.iter().find_map(|name| text(name));
        texts
            .or_else(|| words::CODES.iter().find_map(|name| code(name)))
            .or_else(|| aws("__type"))
            .or_else(|| constant("status"))
            .or_else(extensions)
            .or_else(|| names.iter().find_map(|name| text(name)))
    }
}

//! From the body of an error to what it says: one pure function over the shapes that APIs really use.

mod fields;
#[cfg(test)]
mod samples;
mod words;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::{ErrorAnswer, ErrorDetails};
use words::{first_text, is_word, text};

type Object = Map<String, Value>;

/// What the answer says; empty if its shape is none that is known. JSON is read as such whatever the header says.
pub(crate) fn details(answer: &ErrorAnswer) -> ErrorDetails {
    let body = answer.body();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let reading = Reading {
        status: answer.status(),
    };
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => reading.object(&object),
        Ok(Value::Array(list)) => reading.list(&list),
        Ok(Value::String(message)) if !message.trim().is_empty() => {
            ErrorDetails::new().with_message(message.trim())
        }
        _ => plain_text(answer),
    }
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

struct Reading {
    /// A number in the body that only repeats it says nothing.
    status: StatusCode,
}

impl Reading {
    /// What an inner object says goes before what stands around it.
    fn object(&self, object: &Object) -> ErrorDetails {
        let inner = ["error", "Error", "detail", "fault", "errors"]
            .iter()
            .filter_map(|name| object.get(*name)?.as_object())
            .filter(|inner| {
                inner
                    .keys()
                    .any(|name| words::SPEAKS.contains(&name.as_str()))
            })
            .map(|inner| self.object(inner));
        let found = inner.fold(ErrorDetails::new(), ErrorDetails::or);
        let found = found.or(self.own(object));
        let listed = fields::lists(object).find_map(|list| {
            let said = self.list(list);
            (said.message().is_some() || said.code().is_some()).then_some(said)
        });
        let found = found.or(listed.unwrap_or_default());
        if found == ErrorDetails::new() {
            return fields::by_name(object).unwrap_or_default();
        }
        found
    }

    /// What the first of a list says, and what all of them say about fields.
    fn list(&self, list: &[Value]) -> ErrorDetails {
        let details = match text(list) {
            Some(messages) => ErrorDetails::new().with_message(messages),
            None => list
                .iter()
                .filter_map(Value::as_object)
                .find_map(|item| {
                    let said = self.said(item, &words::NAMES[1..]);
                    (said != ErrorDetails::new()).then_some(said)
                })
                .unwrap_or_default(),
        };
        let items = list.iter().filter_map(Value::as_object);
        let fields = items.filter_map(fields::one);
        fields.fold(details, ErrorDetails::with_field_error)
    }

    fn own(&self, object: &Object) -> ErrorDetails {
        let fields = fields::of(object).into_iter();
        fields.fold(
            self.said(object, words::NAMES),
            ErrorDetails::with_field_error,
        )
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
        let word = |name: &str| object.get(name)?.as_str().filter(|word| is_word(word));
        let status = self.status.as_u16();
        let number = |name: &str| {
            let number = object.get(name)?.as_i64()?;
            (number != i64::from(status)).then(|| number.to_string())
        };
        // AWS: a namespace before, an address behind.
        let aws = |name: &str| {
            let name = word(name)?.rsplit('#').next()?;
            name.split(':').next().filter(|name| !name.is_empty())
        };
        let constant = |name: &str| word(name).filter(|word| words::is_constant(word));
        let code = words::CODES.iter().find_map(|name| word(name));
        if let Some(code) = code {
            return Some(code.to_owned());
        }
        words::CODES
            .iter()
            .find_map(|name| number(name))
            .or_else(|| {
                aws("__type")
                    .or_else(|| constant("status"))
                    .map(str::to_owned)
            })
            .or_else(|| {
                let extensions = object.get("extensions")?.as_object()?;
                self.code(extensions, &[])
            })
            .or_else(|| names.iter().find_map(|name| word(name)).map(str::to_owned))
    }
}

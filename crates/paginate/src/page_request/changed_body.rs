//! The JSON body of a page's request: the caller's, with what the page is asked for by in its place.

use serde_json::value::RawValue;

use crate::{PageRequest, PagingError, Pointer};

impl PageRequest {
    /// Makes the JSON body of this page's request of the caller's, of which nothing else changes. An empty body counts as
    /// `{}`; `None` stands for one that can't be read, such as a stream. What is lacking on the way to a place is made, `null`
    /// on it is replaced.
    ///
    /// Returns `None` if the caller's body stays as it is: if the style says nothing in it, or if the request
    /// [goes without credentials](Self::goes_without_credentials), and so without a body.
    ///
    /// # Errors
    ///
    /// [`Other`](crate::PagingErrorKind::Other) if the body can't be read, is no JSON, or has no place for it: no member can be
    /// added to what is no object.
    pub fn change_body(&self, callers: Option<&[u8]>) -> Result<Option<Vec<u8>>, PagingError> {
        if self.json.is_empty() || self.goes_without_credentials() {
            return Ok(None);
        }
        let changed = callers.and_then(|callers| self.changed(callers));
        let changed = changed.ok_or_else(|| PagingError::other(self, NoPlaceInBody {}))?;
        Ok(Some(changed.into_bytes()))
    }

    fn changed(&self, callers: &[u8]) -> Option<String> {
        let mut body = std::str::from_utf8(callers).ok()?.to_owned();
        if body.trim_ascii().is_empty() {
            "{}".clone_into(&mut body);
        }
        for (place, json) in &self.json {
            // It may come from a checkpoint, and stays one value.
            serde_json::from_str::<&RawValue>(json).ok()?;
            set(&mut body, place.names(), json)?;
        }
        Some(body)
    }
}

/// Sets the value under these names. The document is not read into values and written again, which would change numbers.
fn set(document: &mut String, names: &[String], json: &str) -> Option<()> {
    for known in (0..=names.len()).rev() {
        let (way, lacking) = names.split_at(known);
        let place = Pointer::of(way);
        let Some(found) = place.find(document.as_bytes()).ok()? else {
            continue;
        };
        let text = found.get();
        let start = text.as_ptr().addr() - document.as_ptr().addr();
        let end = start + text.len();
        match lacking {
            [name, rest @ ..] if text.starts_with('{') => {
                let is_empty = text.get(1..)?.trim_ascii_start().starts_with('}');
                let comma = if is_empty { "" } else { "," };
                let member = format!("{}{comma}", member(name, &nested(rest, json)));
                document.insert_str(start + 1, &member);
            }
            [_, ..] if text != "null" => return None,
            _ => document.replace_range(start..end, &nested(lacking, json)),
        }
        return Some(());
    }
    None
}

/// The value, in an object for each of these names.
fn nested(names: &[String], json: &str) -> String {
    let inside = names.iter().rev();
    inside.fold(json.to_owned(), |json, name| {
        format!("{{{}}}", member(name, &json))
    })
}

fn member(name: &str, json: &str) -> String {
    format!("{}:{json}", serde_json::Value::from(name))
}

/// The request's body can't be read, is no JSON, or an array or a scalar stands where a member should be added.
#[derive(Debug, thiserror::Error)]
#[error("the request's body has no place for what asks for the next page")]
struct NoPlaceInBody {}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(body: &str, place: &str, json: &str) -> Option<String> {
        let page = PageRequest::new().with_json_text(place.into(), json.to_owned());
        let changed = page.change_body(Some(body.as_bytes())).ok()?;
        changed.map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn a_value_takes_its_place_and_leaves_all_else_as_it_was_written() {
        for (body, place, after) in [
            ("", "/at", r#"{"at":"b"}"#),
            (" \n", "/at", r#"{"at":"b"}"#),
            ("{}", "/at", r#"{"at":"b"}"#),
            ("{ }", "/at", r#"{"at":"b" }"#),
            ("null", "/at", r#"{"at":"b"}"#),
            (
                r#" {"at": 1, "x":1.50}"#,
                "/at",
                r#" {"at": "b", "x":1.50}"#,
            ),
            (r#"{"x": 1e999}"#, "/at", r#"{"at":"b","x": 1e999}"#),
            (r#"{"v": {}}"#, "/v/at", r#"{"v": {"at":"b"}}"#),
            (r#"{"v": null}"#, "/v/at", r#"{"v": {"at":"b"}}"#),
            (r#"{"v": {"at": [{}]}}"#, "/v/at", r#"{"v": {"at": "b"}}"#),
            (
                r#"{"q": "ä"}"#,
                "/v/\"/at",
                r#"{"v":{"\"":{"at":"b"}},"q": "ä"}"#,
            ),
            (r#"[{"at": null}]"#, "/0/at", r#"[{"at": "b"}]"#),
            (r#"{"at": 1, "at": 2}"#, "/at", r#"{"at": 1, "at": "b"}"#),
            ("7", "", "\"b\""),
        ] {
            assert_eq!(
                changed(body, place, "\"b\"").as_deref(),
                Some(after),
                "{body}"
            );
        }
    }

    #[test]
    fn what_has_no_place_for_it_is_refused() {
        for (body, place, json) in [
            ("[]", "/at", "1"),
            ("[]", "/0", "1"),
            (r#"{"v": "text"}"#, "/v/at", "1"),
            ("q=1", "/at", "1"),
            ("{", "/at", "1"),
            ("{}", "/at", r#"1, "admin": true"#),
            ("{}", "/at", ""),
        ] {
            assert_eq!(changed(body, place, json), None, "{body}");
        }
        let page = PageRequest::new().with_json_text("/at".into(), "1".to_owned());
        assert!(page.change_body(Some(b"{\"a\": \"\xff\"}")).is_err());
        assert!(page.change_body(None).is_err());
    }

    #[test]
    fn several_places_are_set_and_no_body_goes_elsewhere() {
        let page = PageRequest::new()
            .with_json_text("/size".into(), "2".to_owned())
            .with_json_text("/from".into(), "2".to_owned())
            .with_json_text("/from".into(), "4".to_owned());
        let body = page.change_body(Some(b"{}")).unwrap();
        assert_eq!(body.as_deref(), Some(br#"{"from":4,"size":2}"#.as_slice()));
        let away = page.without_credentials();
        assert_eq!(away.change_body(Some(b"{}")).unwrap(), None);
        assert_eq!(
            PageRequest::new().change_body(Some(b"no JSON")).unwrap(),
            None
        );
        assert_eq!(PageRequest::new().change_body(None).unwrap(), None);
    }
}

//! Maps from fields to texts, whose fields may have any name.

use http::{HeaderMap, StatusCode};

use super::super::{details, lists, words};
use super::{Sample, said, sample};
use crate::ErrorAnswer;

pub(super) const MAPS: &[Sample] = &[
    sample(
        "fields that are called like what an error says",
        400,
        r#"{"title": ["a"], "description": ["b"], "message": ["c"], "source": ["d"], "field": ["e"], "code": ["f"],
            "detail": ["g"], "type": ["h", "i"]}"#,
        "",
        "",
        &[
            ("title", "a", ""),
            ("description", "b", ""),
            ("message", "c", ""),
            ("source", "d", ""),
            ("field", "e", ""),
            ("code", "f", ""),
            ("detail", "g", ""),
            ("type", "h", ""),
            ("type", "i", ""),
        ],
    ),
    sample(
        "such fields within another",
        400,
        r#"{"address": {"message": ["a"], "type": ["b"]}, "items": [{}, {"detail": ["c"]}]}"#,
        "",
        "",
        &[
            ("address.message", "a", ""),
            ("address.type", "b", ""),
            ("items.1.detail", "c", ""),
        ],
    ),
    sample(
        "such fields in an envelope",
        422,
        r#"{"errors": {"title": ["a"], "message": ["b"], "type": ["c"], "fields": ["d"]}}"#,
        "",
        "",
        &[
            ("title", "a", ""),
            ("message", "b", ""),
            ("type", "c", ""),
            ("fields", "d", ""),
        ],
    ),
    sample(
        "such a field of Discord's",
        400,
        r#"{"code": 50035, "message": "Invalid Form Body",
            "errors": {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": "not one of 0, 1"}]}}}"#,
        "Invalid Form Body",
        "50035",
        &[("type", "not one of 0, 1", "BASE_TYPE_CHOICES")],
    ),
    sample(
        "a message alone, which may be a field",
        400,
        r#"{"message": ["a", "b"]}"#,
        "a; b",
        "",
        &[("message", "a", ""), ("message", "b", "")],
    ),
    sample(
        "FastAPI, a map of one's own",
        400,
        r#"{"detail": {"email": ["a"], "message": ["b"]}}"#,
        "",
        "",
        &[("email", "a", ""), ("message", "b", "")],
    ),
    sample(
        "Django, several errors of the whole",
        400,
        r#"{"__all__": ["a", "b"], "address": {"non_field_errors": ["c"]}, "name": ["d"]}"#,
        "a; b",
        "",
        &[("address", "c", ""), ("name", "d", "")],
    ),
    sample(
        "Rails, an error of the whole",
        422,
        r#"{"errors": {"base": ["a"], "name": ["b"]}}"#,
        "a",
        "",
        &[("name", "b", "")],
    ),
    sample(
        "zod, formatted",
        400,
        r#"{"_errors": [], "user": {"_errors": [], "type": {"_errors": ["Required"]}}}"#,
        "",
        "",
        &[("user.type", "Required", "")],
    ),
    sample(
        "an error whose message is a list",
        400,
        r#"{"error": {"code": 7, "message": ["a", "b"]}}"#,
        "a; b",
        "7",
        &[],
    ),
];

#[test]
fn a_map_is_read_whatever_its_fields_are_called() {
    let words = [words::MESSAGES, words::CODES, words::NAMES, words::SPEAKS];
    let mut fields = 0;
    for word in words.concat() {
        let body = format!(r#"{{"{word}": ["a"], "email": ["b"]}}"#);
        let answer = ErrorAnswer::new(StatusCode::BAD_REQUEST, HeaderMap::new(), body);
        let details = details(&answer);
        let (message, code, mut found) = said(&details);
        found.retain(|error| *error != ("email", "b", ""));
        let is_field = found == [(word, "a", "")];
        let is_whole = found.is_empty() && message == "a";
        assert!(
            (is_field || is_whole) && code.is_empty(),
            "{details:?} of {word}"
        );
        let is_list = lists::LISTS.contains(&word) && !["message", "detail"].contains(&word);
        assert_eq!(is_whole, is_list || word == "errorMessages", "{word}");
        fields += usize::from(is_field);
    }
    assert_eq!(fields, 39);
}

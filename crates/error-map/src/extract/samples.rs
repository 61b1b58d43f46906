//! What real APIs send, and what is read from it.

mod frameworks;
mod maps;
mod services;
mod standards;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use serde_json::Value;

use super::{details, lists, words};
use crate::{ErrorAnswer, ErrorDetails};
use frameworks::FRAMEWORKS;
use maps::MAPS;
use services::SERVICES;
use standards::STANDARDS;

/// Field, message, code.
type Field = (&'static str, &'static str, &'static str);

#[derive(Clone, Copy)]
struct Sample {
    whose: &'static str,
    status: u16,
    body: &'static str,
    message: &'static str,
    code: &'static str,
    fields: &'static [Field],
}

const fn sample(
    whose: &'static str,
    status: u16,
    body: &'static str,
    message: &'static str,
    code: &'static str,
    fields: &'static [Field],
) -> Sample {
    Sample {
        whose,
        status,
        body,
        message,
        code,
        fields,
    }
}

/// In alphabetical order, since an object's members have none of their own.
fn said(details: &ErrorDetails) -> (&str, &str, Vec<(&str, &str, &str)>) {
    let fields = details.field_errors().iter().map(|error| {
        let message = error.message().unwrap_or_default();
        (error.field(), message, error.code().unwrap_or_default())
    });
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable();
    let message = details.message().unwrap_or_default();
    (message, details.code().unwrap_or_default(), fields)
}

#[test]
fn what_each_api_says_is_read() {
    let mut misread = Vec::new();
    let samples = [STANDARDS, FRAMEWORKS, MAPS, SERVICES].concat();
    for sample in &samples {
        let status = StatusCode::from_u16(sample.status).unwrap();
        let details = details(&ErrorAnswer::new(status, HeaderMap::new(), sample.body));
        let mut fields = sample.fields.to_vec();
        fields.sort_unstable();
        let expected = (sample.message, sample.code, fields);
        if said(&details) != expected {
            let read = format!("{:?}", said(&details));
            misread.push(format!("{}: {read}, not {expected:?}", sample.whose));
        }
    }
    assert!(misread.is_empty(), "{misread:#?}");
    assert_eq!(samples.len(), 79);
}

#[test]
fn a_text_is_a_message_if_its_header_says_so() {
    for (content_type, message) in [
        ("text/plain; charset=utf-8", "no such user"),
        ("Text/Plain", "no such user"),
        ("text/html", ""),
        ("application/json", ""),
    ] {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]);
        let answer = ErrorAnswer::new(StatusCode::NOT_FOUND, headers, " no such user\n");
        assert_eq!(
            said(&details(&answer)),
            (message, "", vec![]),
            "{content_type}"
        );
    }
}

#[test]
fn a_header_of_the_clouds_has_the_code_if_the_body_has_none() {
    for (name, value, body, code) in [
        (
            "x-amzn-errortype",
            "ResourceNotFoundException:http://internal.amazon.com/coral/",
            r#"{"Type": "User", "Message": "no such function"}"#,
            "ResourceNotFoundException",
        ),
        (
            "x-ms-error-code",
            "BlobNotFound",
            "\u{feff}<?xml?><Error/>",
            "BlobNotFound",
        ),
        ("x-ms-error-code", "Other", r#"{"code": "own"}"#, "own"),
        ("x-ms-error-code", "not found", "", ""),
        ("x-amzn-errortype", ":", "", ""),
    ] {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        let details = details(&ErrorAnswer::new(StatusCode::NOT_FOUND, headers, body));
        assert_eq!(details.code().unwrap_or_default(), code, "{name}: {value}");
    }
}

#[test]
fn what_only_repeats_the_status_is_no_code_and_any_other_number_is() {
    for (code, expected) in [
        ("422", ""),
        (r#""422""#, ""),
        ("404", "404"),
        (r#""404""#, "404"),
        ("20404", "20404"),
        ("-3", "-3"),
        ("18446744073709551615", "18446744073709551615"),
        ("1.5", ""),
        ("true", ""),
        (r#""two words""#, ""),
    ] {
        let body = format!(
            r#"{{"code": {code}, "errors": [{{"field": "f", "code": {code}}}], "message": "m"}}"#
        );
        let answer = ErrorAnswer::new(StatusCode::UNPROCESSABLE_ENTITY, HeaderMap::new(), body);
        assert_eq!(
            said(&details(&answer)),
            ("m", expected, vec![("f", "", expected)]),
            "{code}"
        );
    }
}

#[test]
fn a_body_of_any_bytes_is_read_without_a_panic() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    for body in [
        &b"\xff\xfe"[..],
        b"{\"message\": \"\xff\"}",
        b"{",
        deep.as_bytes(),
    ] {
        let body = body.to_vec();
        let answer = ErrorAnswer::new(StatusCode::BAD_REQUEST, HeaderMap::new(), body);
        assert_eq!(details(&answer), ErrorDetails::new());
    }
}

/// JSON out of the words that are looked for.
fn json() -> impl Strategy<Value = Value> {
    let words = [
        words::MESSAGES,
        words::CODES,
        words::NAMES,
        words::SPEAKS,
        lists::LISTS,
    ]
    .concat();
    let words = prop::sample::select(words);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        "[ -~]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let object = prop::collection::vec((words.clone(), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|members| {
                let members = members.into_iter();
                members
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_causes_a_panic_or_an_empty_word(json in json()) {
        let answer = ErrorAnswer::new(StatusCode::BAD_REQUEST, HeaderMap::new(), json.to_string());
        let details = details(&answer);
        prop_assert!(details.message() != Some("") && details.code() != Some(""));
        let fields = details.field_errors().iter();
        prop_assert!(fields.filter(|field| field.field().is_empty()).count() == 0, "{json}");
    }
}

//! What real APIs send, and what is read from it.

mod frameworks;
mod services;
mod standards;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::details;
use crate::{ErrorAnswer, ErrorDetails};
use frameworks::FRAMEWORKS;
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
    let samples = [STANDARDS, FRAMEWORKS, SERVICES].concat();
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
    assert_eq!(samples.len(), 60);
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

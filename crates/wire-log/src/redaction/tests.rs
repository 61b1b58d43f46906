//! No planted secret comes out, whatever it is planted in.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn typed(media_type: &str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap())])
}

#[test]
fn a_body_is_shown_by_its_type() {
    let redaction = Redaction::new();
    let json = r#"{"a":1}"#;
    for (media_type, body, shown) in [
        ("application/json", json, "{\n  \"a\": 1\n}"),
        ("Application/JSON; charset=utf-8", json, "{\n  \"a\": 1\n}"),
        ("application/problem+json", json, "{\n  \"a\": 1\n}"),
        ("application/x-ndjson", "1\n2", "1\n2"),
        ("application/x-www-form-urlencoded", "a=1", "a=1"),
        (
            "application/json",
            "<html>",
            "[6 bytes of application/json]",
        ),
        (
            "application/json",
            "[1",
            "[\n  1… [2 bytes of application/json]",
        ),
        ("text/plain", "hunter2", "[7 bytes of text/plain]"),
        ("application/xml", "<a/>", "[4 bytes of application/xml]"),
        ("image/png", "x", "[1 byte of image/png]"),
        ("image/png; hunter2", "x", "[1 byte of image/png]"),
        ("hunter2", "x", "[1 byte]"),
        ("hunter2", json, "[7 bytes]"),
        ("a/b c", "x", "[1 byte]"),
    ] {
        let size = body.len() as u64;
        assert_eq!(
            redaction.body(&typed(media_type), body.as_bytes(), size),
            shown
        );
    }
    let untyped = HeaderMap::new();
    assert_eq!(redaction.body(&untyped, b"{}", 2), "{}");
    assert_eq!(redaction.body(&untyped, b"hunter2", 7), "[7 bytes]");
}

#[test]
fn text_is_shown_only_when_it_is_allowed() {
    let redaction = Redaction::new().allow_text(true).body_limit(5);
    let plain = typed("text/plain");
    assert_eq!(redaction.body(&plain, b"a\nb", 3), "a\nb");
    assert_eq!(
        redaction.body(&plain, b"\x1b[2J\xff", 5),
        "\u{fffd}[2… [5 bytes of text/plain]"
    );
    assert_eq!(
        redaction.body(&plain, b"123456", 6),
        "12345… [6 bytes of text/plain]"
    );
    let png = typed("image/png");
    assert_eq!(redaction.body(&png, b"123", 3), "[3 bytes of image/png]");
}

#[test]
fn a_body_that_is_compressed_is_told_by_its_size() {
    let mut headers = typed("application/json");
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(
        Redaction::new().body(&headers, b"{}", 2),
        "[2 bytes of application/json]"
    );
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
    assert_eq!(Redaction::new().body(&headers, b"{}", 2), "{}");
}

#[test]
fn a_body_of_which_the_beginning_is_kept_says_how_long_it_is() {
    let shown = Redaction::new().body(&typed("application/json"), br#"{"a":"b","c":"hun"#, 900);
    assert_eq!(
        shown,
        "{\n  \"a\": \"b\",\n  \"c\": … [900 bytes of application/json]"
    );
}

const SECRET: &str = "hunter2";

fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z]{1,8}").unwrap()
}

fn secret_name() -> impl Strategy<Value = String> {
    let core = prop_oneof![
        Just("password"),
        Just("accessToken"),
        Just("client_secret"),
        Just("API-Key"),
        Just("Authorization"),
        Just("card_number"),
        Just("session-id"),
    ];
    ("[a-z]{0,3}_?", core, "_?[a-z]{0,3}").prop_map(|(before, core, after)| before + core + &after)
}

/// A document in which secrets stand behind secret names alone, at any depth.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z \\\\\"\n]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let planted = prop_oneof![
            Just(json!(SECRET)),
            Just(json!([SECRET])),
            Just(json!({"a": {"b": SECRET}})),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            (
                prop::collection::vec((name(), inner), 0..4),
                prop::collection::vec((secret_name(), planted), 0..3),
            )
                .prop_map(|(plain, planted)| {
                    Value::from(plain.into_iter().chain(planted).collect::<Map<_, _>>())
                }),
        ]
    })
}

proptest! {
    #[test]
    fn no_planted_secret_comes_out_of_json_however_it_is_cut(document in document(), cut in 0.0..=1.0f64) {
        let whole = document.to_string();
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
        let kept = (whole.len() as f64 * cut) as usize;
        let shown = Redaction::new().body(&typed("application/json"), &whole.as_bytes()[..kept], whole.len() as u64);
        prop_assert!(!shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn what_is_no_secret_comes_out_of_json_as_it_was(document in document()) {
        let shown = Redaction::new().body_limit(1 << 20).body(&typed("application/json"), document.to_string().as_bytes(), 0);
        let read: Value = serde_json::from_str(&shown).unwrap();
        prop_assert_eq!(hidden(read), hidden(document));
    }

    #[test]
    fn no_planted_secret_comes_out_of_a_form(
        plain in prop::collection::vec((name(), "[a-z]{0,5}"), 0..4),
        planted in prop::collection::vec(secret_name(), 0..4),
    ) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(plain).extend_pairs(planted.iter().map(|name| (name, SECRET)));
        let form = form.finish();
        let shown = Redaction::new().body(&typed("application/x-www-form-urlencoded"), form.as_bytes(), form.len() as u64);
        prop_assert!(!shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn no_planted_secret_comes_out_of_a_url(
        userinfo in "(ada:hunter2@|hunter2@)?",
        query in prop::collection::vec("([a-z]{0,4}[0-9]=)?hunter2(;[a-z]=hunter2)?", 0..4),
        fragment in "(#hunter2)?",
    ) {
        let url = format!("https://{userinfo}api.test/a?{}{fragment}", query.join("&"));
        let shown = Redaction::new().url(&url.parse().unwrap());
        prop_assert!(!shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn no_header_off_the_list_shows_its_value(name in "x-[a-z]{1,12}", value in "[ -~]{0,5}hunter2[ -~]{0,5}") {
        let name = HeaderName::try_from(name).unwrap();
        let listed = headers::allowed().contains(&name);
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(&value).unwrap())]);
        let shown = Redaction::new().headers(&headers, &"http://a.test".parse().unwrap());
        prop_assert!(listed || !shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn any_bytes_at_all_are_rendered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for media_type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
            let redaction = Redaction::new().allow_text(true).body_limit(50);
            redaction.body(&typed(media_type), &bytes, bytes.len() as u64);
        }
    }
}

/// The document with everything behind a secret name hidden, by a walk of its own.
fn hidden(value: Value) -> Value {
    match value {
        Value::Array(elements) => elements.into_iter().map(hidden).collect(),
        Value::Object(entries) => {
            let hide = |(name, value): (String, Value)| {
                let secret = Names::default().is_secret(&name);
                let value = if secret {
                    json!(REDACTED)
                } else {
                    hidden(value)
                };
                (name, value)
            };
            Value::Object(entries.into_iter().map(hide).collect())
        }
        other => other,
    }
}

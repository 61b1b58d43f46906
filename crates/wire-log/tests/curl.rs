//! Requests as curl commands.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue};
use reqwest::{Body, Method, Request};
use wire_log::{Redaction, curl};

fn request(method: Method, url: &str) -> Request {
    Request::new(method, url.parse().unwrap())
}

fn with(mut request: Request, content_type: &str, body: impl Into<Body>) -> Request {
    let headers = request.headers_mut();
    headers.insert("content-type", content_type.parse().unwrap());
    *request.body_mut() = Some(body.into());
    request
}

fn post(content_type: &str, body: impl Into<Body>) -> String {
    curl(&with(
        request(Method::POST, "http://a.test"),
        content_type,
        body,
    ))
}

#[test]
fn the_method_is_told_where_curl_would_take_another() {
    let purge = Method::from_bytes(b"it's").unwrap();
    for (method, command) in [
        (Method::GET, "curl 'http://a.test/'"),
        (Method::HEAD, "curl --head 'http://a.test/'"),
        (Method::POST, "curl --request POST 'http://a.test/'"),
        (Method::DELETE, "curl --request DELETE 'http://a.test/'"),
        (purge, r"curl --request 'it'\''s' 'http://a.test/'"),
    ] {
        assert_eq!(curl(&request(method, "http://a.test")), command);
    }
    let mut search = request(Method::GET, "http://a.test");
    *search.body_mut() = Some("{}".into());
    let command =
        "curl --request GET 'http://a.test/' \\\n  --header 'content-type:' \\\n  --data-raw '{}'";
    assert_eq!(curl(&search), command);
}

#[test]
fn a_url_is_redacted_and_quoted() {
    for (url, command) in [
        (
            "http://ada:hunter2@a.test/x?key=hunter2&page=1#hunter2",
            "curl 'http://a.test/x?key=REDACTED&page=1'",
        ),
        ("http://a.test/it's", r"curl 'http://a.test/it'\''s'"),
        (
            "http://a.test/ü?page=ü",
            "curl 'http://a.test/%C3%BC?page=%C3%BC'",
        ),
        ("http://[::1]/", "curl --globoff 'http://[::1]/'"),
        ("http://a.test/[1]", "curl --globoff 'http://a.test/[1]'"),
    ] {
        assert_eq!(curl(&request(Method::GET, url)), command);
    }
}

#[test]
fn headers_are_redacted_and_quoted() {
    let mut get = request(Method::GET, "http://a.test");
    for (name, value) in [
        ("accept", "it's \"x\""),
        ("authorization", "Bearer hunter2"),
        ("x-own", "hunter2"),
        ("te", ""),
        ("content-length", "7"),
        ("transfer-encoding", "chunked"),
    ] {
        get.headers_mut()
            .append(name, HeaderValue::from_static(value));
    }
    get.headers_mut()
        .append("server", HeaderValue::from_bytes(b"\xff").unwrap());
    let command = r#"curl 'http://a.test/' \
  --header 'accept: it'\''s "x"' \
  --header 'authorization: REDACTED' \
  --header 'x-own: REDACTED' \
  --header 'te;' \
  --header 'server: REDACTED'"#;
    assert_eq!(curl(&get), command);
    let redaction = Redaction::new().allow_header(HeaderName::from_static("x-own"));
    assert!(redaction.curl(&get).contains("'x-own: hunter2'"));
}

#[test]
fn a_body_that_can_be_shown_is_part_of_the_command() {
    for (content_type, body, data) in [
        (
            "application/json",
            r#"{"a":"it's ü","token":"hunter2"}"#,
            "{\n  \"a\": \"it'\\''s ü\",\n  \"token\": \"REDACTED\"\n}",
        ),
        ("application/json", r#""a\nb\u001b""#, r#""a\nb\u001b""#),
        (
            "application/x-www-form-urlencoded",
            "a=@b&pin=hunter2",
            "a=%40b&pin=REDACTED",
        ),
        ("application/octet-stream", "", ""),
    ] {
        let command = format!(
            "curl 'http://a.test/' \\\n  --header 'content-type: {content_type}' \\\n  --data-raw '{data}'"
        );
        assert_eq!(post(content_type, body), command);
    }
}

#[test]
fn any_other_body_is_read_from_standard_input_and_told() {
    let chunks = stream::iter([Ok::<_, std::io::Error>("hunter2")]);
    let long = format!("[\"{}\"]", "x".repeat(5000));
    for (content_type, body, told) in [
        (
            "image/png",
            Bytes::from_static(b"\0hunter2").into(),
            "[8 bytes of image/png]",
        ),
        (
            "text/plain",
            Body::from("hunter2"),
            "[7 bytes of text/plain]",
        ),
        (
            "application/json",
            Body::from("hunter2"),
            "[7 bytes of application/json]",
        ),
        (
            "application/json",
            Body::from(long),
            "[5004 bytes of application/json]",
        ),
        (
            "video/mp4",
            Body::wrap_stream(chunks),
            "[stream of video/mp4]",
        ),
    ] {
        let command = format!(
            "# its standard input: {told}\ncurl 'http://a.test/' \\\n  --header 'content-type: {content_type}' \\\n  --data-binary @-"
        );
        assert_eq!(post(content_type, body), command);
    }
}

#[test]
fn text_is_part_of_the_command_when_it_is_allowed_and_printable() {
    let redaction = Redaction::new().allow_text(true);
    let shown = |body: &'static [u8]| {
        redaction.curl(&with(
            request(Method::POST, "http://a.test"),
            "text/plain",
            body,
        ))
    };
    assert!(shown(b"it's\nso").ends_with("--data-raw 'it'\\''s\nso'"));
    for hidden in [&b"a\x1b[2J"[..], b"\xff", b"a\0b"] {
        assert!(shown(hidden).ends_with("--data-binary @-"));
    }
}

#[test]
fn no_planted_secret_is_in_the_command() {
    let mut request = with(
        request(Method::POST, "http://ada:hunter2@a.test/?hunter2&k=hunter2"),
        "application/json",
        r#"{"secret":["hunter2"],"a":"Bearer hunter2"}"#,
    );
    let mut sensitive = HeaderValue::from_static("hunter2");
    sensitive.set_sensitive(true);
    request.headers_mut().insert("accept", sensitive);
    request
        .headers_mut()
        .insert("cookie", HeaderValue::from_static("a=hunter2"));
    let command = curl(&request);
    assert!(!command.contains("hunter2"), "{command}");
}

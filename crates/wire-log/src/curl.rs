//! A request as a `curl` command.

mod shell;

use std::borrow::Cow;
use std::fmt::Write as _;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Method};
use reqwest::Request;

use crate::Redaction;
use crate::redaction::{REDACTED, media_type, summary};
use shell::quoted;

/// The request as a `curl` command for a POSIX shell, by the default [`Redaction`]: for bug reports, where somebody else
/// tries the same. What is secret reads `REDACTED`.
///
/// The body is part of it if it is JSON or a form within the [limit](Redaction::body_limit). Otherwise the command reads it
/// from its standard input, and a comment before it says what belongs there.
///
/// ```
/// use reqwest::{Client, Method, Request};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "https://ada:hunter2@api.example.com/users?page=2&key=hunter2";
/// let mut request = Request::new(Method::PATCH, url.parse()?);
/// request.headers_mut().insert("x-api-key", "hunter2".parse()?);
/// *request.body_mut() = Some(r#"{"name":"Ada's","password":"hunter2"}"#.into());
/// assert_eq!(
///     wire_log::curl(&request),
///     r#"curl --request PATCH 'https://api.example.com/users?page=2&key=REDACTED' \
///   --header 'x-api-key: REDACTED' \
///   --header 'content-type:' \
///   --data-raw '{
///   "name": "Ada'\''s",
///   "password": "REDACTED"
/// }'"#
/// );
/// # Ok(()) }
/// ```
pub fn curl(request: &Request) -> String {
    Redaction::new().curl(request)
}

impl Redaction {
    /// The request as a `curl` command, as [`curl()`] makes it, by this redaction.
    pub fn curl(&self, request: &Request) -> String {
        let body = Body::of(self, request);
        let mut command = String::new();
        if let Body::Elsewhere(what) = &body {
            let _ = writeln!(command, "# its standard input: {what}");
        }
        command.push_str("curl");
        if let Some(method) = method(request, &body) {
            let _ = write!(command, " {method}");
        }
        let url = self.url(request.url());
        if url.contains(['[', ']', '{', '}']) {
            // curl would make several URLs of it.
            command.push_str(" --globoff");
        }
        let _ = write!(command, " {}", quoted(&url));
        let mut argument = |name: &str, value: &str| {
            // Writing into a string can't fail.
            let _ = write!(command, " \\\n  {name} {}", quoted(value));
        };
        for (name, value) in request.headers() {
            if !is_framing(name) {
                argument("--header", &self.header(name, value));
            }
        }
        if !matches!(body, Body::None) && !request.headers().contains_key(CONTENT_TYPE) {
            // Or curl would call it a form.
            argument("--header", "content-type:");
        }
        match &body {
            Body::None => {}
            Body::Here(text) => argument("--data-raw", text),
            Body::Elsewhere(_) => command.push_str(" \\\n  --data-binary @-"),
        }
        command
    }

    /// A header as curl takes it.
    fn header(&self, name: &HeaderName, value: &HeaderValue) -> String {
        let shown = value
            .to_str()
            .ok()
            .filter(|_| self.allows_header(name, value));
        match shown {
            // With a colon it would be left out.
            Some("") => format!("{name};"),
            Some(value) => format!("{name}: {value}"),
            None => format!("{name}: {REDACTED}"),
        }
    }
}

/// What becomes of the body.
enum Body {
    None,
    /// It is part of the command.
    Here(String),
    /// The command reads it, and this says what it is.
    Elsewhere(String),
}

impl Body {
    fn of(redaction: &Redaction, request: &Request) -> Self {
        let Some(body) = request.body() else {
            return Self::None;
        };
        let headers = request.headers();
        let Some(bytes) = body.as_bytes() else {
            return Self::Elsewhere(stream(headers));
        };
        if bytes.is_empty() {
            return Self::Here(String::new());
        }
        match redaction.whole_body(headers, bytes) {
            Some(text) => Self::Here(text),
            None => Self::Elsewhere(summary(bytes.len() as u64, media_type(headers).as_deref())),
        }
    }
}

/// How curl is told the method, where it would take another by itself.
fn method(request: &Request, body: &Body) -> Option<Cow<'static, str>> {
    match (request.method(), body) {
        (&Method::GET, Body::None) | (&Method::POST, Body::Here(_) | Body::Elsewhere(_)) => None,
        (&Method::HEAD, Body::None) => Some("--head".into()),
        // A method is a token (RFC 9110 §9.1), which may have a quote or a dollar sign in it.
        (method, _) => Some(format!("--request {}", shell::word(method.as_str())).into()),
    }
}

/// Headers that curl sets by the body it sends.
fn is_framing(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING
}

fn stream(headers: &HeaderMap) -> String {
    match media_type(headers) {
        Some(media_type) => format!("[stream of {media_type}]"),
        None => "[stream]".to_owned(),
    }
}

//! The error answer of the API: `application/problem+json` (RFC 9457).

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is wrong with one member of the request's body.
#[derive(Clone, Debug, Serialize)]
struct FieldError {
    /// A JSON pointer (RFC 6901).
    pointer: &'static str,
    detail: &'static str,
}

#[derive(Serialize)]
struct Document {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(super) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    #[must_use]
    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    #[must_use]
    pub(super) fn field(mut self, pointer: &'static str, detail: &'static str) -> Self {
        self.errors.push(FieldError { pointer, detail });
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            // With about:blank the title is the status phrase (RFC 9457 §4.2.1).
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            errors: self.errors,
        };
        let mut response = (self.status, Json(document)).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response.headers_mut().extend(self.headers);
        response
    }
}

impl From<JsonRejection> for Problem {
    /// The reason is named by its kind only: the parser's own text quotes the body, and a body may hold a password.
    fn from(rejection: JsonRejection) -> Self {
        let detail = match rejection {
            JsonRejection::JsonDataError(_) => {
                "the JSON body lacks a member, or has one of the wrong type"
            }
            JsonRejection::JsonSyntaxError(_) => "the body is not JSON",
            JsonRejection::MissingJsonContentType(_) => "the content type is not application/json",
            _ => "the body can't be read",
        };
        Self::new(rejection.status(), "invalid_body", detail)
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request("invalid_query", rejection.body_text())
    }
}

impl From<getrandom::Error> for Problem {
    fn from(error: getrandom::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "no_entropy",
            error.to_string(),
        )
    }
}

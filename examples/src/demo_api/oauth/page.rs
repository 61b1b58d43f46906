//! What a person sees in a browser.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};

/// Asks for a login and a decision. It is sent to where it came from, the query included.
const SIGN_IN: &str = r#"<p><label>User name <input name="username" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Deny</button></p>"#;

#[derive(Debug)]
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    body: String,
}

impl Page {
    /// One sentence to read.
    pub(super) fn message(status: StatusCode, title: &'static str, text: &str) -> Self {
        Self {
            status,
            title,
            body: format!("<p>{}</p>", escaped(text)),
        }
    }

    /// A sentence, and a form to sign in and decide. `inputs` is HTML.
    pub(super) fn sign_in(status: StatusCode, text: &str, inputs: &str) -> Self {
        let text = escaped(text);
        Self {
            status,
            title: "Sign in",
            body: format!("<p>{text}</p>\n<form method=\"post\">\n{inputs}{SIGN_IN}\n</form>"),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let Self {
            status,
            title,
            body,
        } = self;
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n{body}\n</html>\n"
        );
        // Nothing is loaded, nobody frames it (RFC 6749 §10.13), and the query goes nowhere.
        let headers = [
            (CACHE_CONTROL, "no-store"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (REFERRER_POLICY, "no-referrer"),
        ];
        (status, headers, Html(html)).into_response()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let page = Page::message(StatusCode::OK, "T", r#"<script>"a" & 'b'"#);
        assert_eq!(
            page.body,
            "<p>&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;</p>"
        );
    }
}

//! Texts that are secret by what they look like, whatever they are called.

use std::borrow::Cow;

use url::Url;

use super::{REDACTED, Redaction};

/// How a credential begins.
const SCHEMES: [&str; 4] = ["bearer ", "basic ", "digest ", "-----begin "];

impl Redaction {
    /// A text of a JSON document or a form, without what it looks like to be secret.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let trimmed = text.trim_start();
        if is_credential(trimmed) || is_json(trimmed) {
            return REDACTED.into();
        }
        if !text.contains("://") {
            return text.into();
        }
        match Url::parse(text) {
            Ok(url) => self.url(&url).into(),
            // Prose with a link in it, whose query may hold a key.
            Err(_) if text.contains(['?', '@']) => REDACTED.into(),
            Err(_) => text.into(),
        }
    }
}

fn is_credential(text: &str) -> bool {
    let begins = |scheme: &str| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    // A JSON Web Token (RFC 7519) is base64 of an object, so it begins with that of `{"`.
    (text.starts_with("eyJ") && text.contains('.')) || SCHEMES.into_iter().any(begins)
}

/// Whether it is a document within the document, whose keys nobody has looked at.
fn is_json(text: &str) -> bool {
    let inner = text.strip_prefix('[').unwrap_or(text).trim_start();
    text.starts_with('{') || (text.starts_with('[') && inner.starts_with(['{', '"', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_secret_are_hidden() {
        let redaction = Redaction::new();
        for text in [
            "Bearer hunter2",
            "bearer hunter2",
            " Basic aHVudGVyMg==",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "-----BEGIN PRIVATE KEY-----\nMIG",
            r#"{"password":"hunter2"}"#,
            r#" [{"password":"hunter2"}]"#,
            r#"["hunter2"]"#,
            "see https://api.test/?key=hunter2",
            "see https://ada:hunter2@api.test/",
        ] {
            assert_eq!(redaction.text(text), REDACTED, "{text}");
        }
    }

    #[test]
    fn other_texts_are_shown_as_they_are() {
        let redaction = Redaction::new();
        for text in [
            "",
            "Ada",
            "eyJust a word",
            "a [note]",
            "[done] shipped",
            "basically",
            "see https://api.test/a",
            "ada@example.com",
            "what? yes",
            "ü",
        ] {
            assert_eq!(redaction.text(text), text);
        }
    }

    #[test]
    fn a_url_is_shown_as_any_url_is() {
        assert_eq!(
            Redaction::new().text("https://ada:hunter2@b.test/f?X-Amz-Signature=hunter2"),
            "https://b.test/f?X-Amz-Signature=REDACTED"
        );
    }
}

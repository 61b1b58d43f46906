//! Texts that are secret by what they look like, whatever they are called.

use std::borrow::Cow;

use url::Url;

use super::{REDACTED, Redaction};

/// How a text begins that is a credential.
const SCHEMES: [&str; 3] = ["basic ", "digest ", "-----begin "];

impl Redaction {
    /// A text of a JSON document or a form, without what it looks like to be secret.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let trimmed = text.trim_start();
        if is_credential(trimmed) || is_json(trimmed) {
            return REDACTED.into();
        }
        let has_link = text.contains("://");
        if has_link && let Ok(url) = Url::parse(text) {
            return self.url(&url).into();
        }
        // Prose with a link in it, whose query may hold a key.
        if (has_link && text.contains(['?', '@'])) || self.assigns_secret(text) {
            return REDACTED.into();
        }
        text.into()
    }

    /// Whether it has a form in it, a query or the like, which gives a secret name a value.
    fn assigns_secret(&self, text: &str) -> bool {
        let between = |letter: char| letter.is_whitespace() || "&;,?#\"'".contains(letter);
        let mut assignments = text.split(between).filter_map(|part| part.split_once('='));
        assignments.any(|(name, value)| !value.is_empty() && self.names.is_secret(name))
    }
}

fn is_credential(text: &str) -> bool {
    let begins = |scheme: &str| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    SCHEMES.into_iter().any(begins)
        || text.to_ascii_lowercase().contains("bearer ")
        || text.split(|letter: char| !is_of_token(letter)).any(is_jwt)
}

/// A JSON Web Token (RFC 7519) is base64 of an object, so it begins with that of `{"`. The parts after it are no sentence.
fn is_jwt(word: &str) -> bool {
    let Some((head, rest)) = word.split_once('.') else {
        return false;
    };
    head.starts_with("eyJ") && !rest.is_empty()
}

/// Whether a token in base64 for URLs may have it.
fn is_of_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_.".contains(letter)
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
            "Authorization: Bearer hunter2",
            "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "jwt=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "user=ada&password=hunter2",
            "Server=db;User Id=sa;Password=hunter2",
            "/callback?page=1&access_token=hunter2",
            "curl https://a.test -d client_secret=hunter2",
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
            "eyJust. Really",
            "a=b&page=2",
            "password=",
            "the password is wrong",
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

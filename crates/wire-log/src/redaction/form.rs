//! Forms (`application/x-www-form-urlencoded`) without their secrets.

use url::form_urlencoded::{byte_serialize, parse};

use super::{REDACTED, Redaction};

/// What is a secret in a form alone: OAuth's authorization code (RFC 6749 §4.1.3). In JSON it mostly says what went wrong.
const CODE: &str = "code";

impl Redaction {
    /// The form, or the beginning of one, with the values of secret names hidden.
    pub(super) fn form(&self, form: &[u8]) -> String {
        if is_bare(form) {
            return REDACTED.to_owned();
        }
        let fields = form
            .split(|byte| *byte == b'&')
            .map(|field| self.field(field));
        fields.collect::<Vec<_>>().join("&")
    }

    fn field(&self, field: &[u8]) -> String {
        let Some((name, value)) = parse(field).next() else {
            return String::new();
        };
        if !field.contains(&b'=') || field.ends_with(b"==") {
            return REDACTED.to_owned();
        }
        let secret = name.eq_ignore_ascii_case(CODE) || self.names.is_secret(&name);
        let shown = if secret {
            REDACTED.into()
        } else {
            self.text(&value)
        };
        let mut encoded: String = byte_serialize(self.text(&name).as_bytes()).collect();
        encoded.push('=');
        encoded.extend(byte_serialize(shown.as_bytes()));
        encoded
    }
}

/// Whether it is a single text with nothing behind its name, if it has one: a token, most likely.
fn is_bare(form: &[u8]) -> bool {
    form.ends_with(b"=") && !form.contains(&b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_hides_what_is_behind_secret_names() {
        let redaction = Redaction::new().redact_key("nick");
        for (form, shown) in [
            ("", ""),
            ("a=1&b=", "a=1&b="),
            (
                "grant_type=password&username=ada&password=hunter2",
                "grant_type=password&username=ada&password=REDACTED",
            ),
            (
                "code=hunter2&code_verifier=hunter2",
                "code=REDACTED&code_verifier=REDACTED",
            ),
            ("p%61ssword=hunter2", "password=REDACTED"),
            ("user%5Bpassword%5D=hunter2", "user%5Bpassword%5D=REDACTED"),
            (
                "user.pin=hunter2&nick=hunter2",
                "user.pin=REDACTED&nick=REDACTED",
            ),
            ("hunter2", "REDACTED"),
            ("a=1&hunter2", "a=1&REDACTED"),
            ("a=Bearer+hunter2", "a=REDACTED"),
            ("a=b%0Ac+d", "a=b%0Ac+d"),
            ("aHVudGVyMg==", "REDACTED"),
            ("hunter2=", "REDACTED"),
            ("a=1&aHVudGVyMg==&c=2", "a=1&REDACTED&c=2"),
            ("a=1;password=hunter2", "a=REDACTED"),
            ("a;password=hunter2", "a%3Bpassword=REDACTED"),
            ("Bearer+hunter2=1", "REDACTED=1"),
            ("a=\n\x1b", "a=%0A%1B"),
        ] {
            assert_eq!(redaction.form(form.as_bytes()), shown, "{form}");
        }
    }
}

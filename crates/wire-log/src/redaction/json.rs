//! JSON without its secrets, written as it is read, so that the beginning of a document is enough.

mod node;
mod pointer;

use serde::de::DeserializeSeed;
use serde_json::Deserializer;

use super::Redaction;
use node::{Node, Writer};
pub(super) use pointer::Pointer;

/// What became of a document.
pub(super) struct Rendered {
    pub(super) text: String,
    /// Whether it came to the document's end.
    pub(super) whole: bool,
}

impl Redaction {
    /// The document, or several one after the other, with line breaks and without secrets. It ends where the text comes to
    /// its limit, where the document is cut, and where it isn't JSON any more.
    pub(super) fn json(&self, document: &[u8]) -> Rendered {
        let mut writer = Writer::new(self, self.body_limit);
        let mut deserializer = Deserializer::from_slice(document);
        loop {
            if Node::root(&mut writer)
                .deserialize(&mut deserializer)
                .is_err()
            {
                return writer.end(false);
            }
            if deserializer.end().is_ok() {
                return writer.end(true);
            }
            if writer.raw("\n").is_err() {
                return writer.end(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(redaction: &Redaction, document: &str) -> String {
        let Rendered { text, whole } = redaction.json(document.as_bytes());
        text + if whole { "" } else { "…" }
    }

    #[test]
    fn a_document_is_set_out_in_lines() {
        let redaction = Redaction::new();
        for (document, lines) in [
            ("null", "null"),
            ("[]", "[]"),
            ("{}", "{}"),
            (r#""a\n\"""#, r#""a\n\"""#),
            ("[1,-2,3.5,true]", "[\n  1,\n  -2,\n  3.5,\n  true\n]"),
            (
                r#"{"a":{"b":[{}]},"c":"ü"}"#,
                "{\n  \"a\": {\n    \"b\": [\n      {}\n    ]\n  },\n  \"c\": \"ü\"\n}",
            ),
            (
                "{\"a\":1}\n{\"b\":2}\n",
                "{\n  \"a\": 1\n}\n{\n  \"b\": 2\n}",
            ),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(shown(&redaction, document), lines);
        }
    }

    #[test]
    fn what_is_behind_a_secret_name_is_hidden_whatever_it_is() {
        let redaction = Redaction::new();
        for value in [
            r#""hunter2""#,
            "2",
            "true",
            r#"["hunter2"]"#,
            r#"{"a":{"b":"hunter2"}}"#,
        ] {
            for name in ["password", "accessToken", "p\\u0061ssword"] {
                let document = format!(r#"[{{"a":1,"{name}":{value},"z":2}}]"#);
                let text = shown(&redaction, &document);
                assert!(text.contains(r#": "REDACTED","#), "{text}");
                assert!(!text.contains("hunter2"), "{text}");
                assert!(text.contains("\"z\": 2"), "{text}");
            }
        }
        assert_eq!(
            shown(&redaction, r#"{"pin":null}"#),
            "{\n  \"pin\": \"REDACTED\"\n}"
        );
    }

    #[test]
    fn what_a_pointer_points_at_is_hidden() {
        let document = r#"{"users":[{"name":"hunter2","age":7},{"name":"hunter2"}],"a/b":{"~":"hunter2"},"first":["hunter2","x"]}"#;
        let redaction = Redaction::new()
            .redact_pointer("/users/*/name")
            .redact_pointer("/a~1b/~0")
            .redact_pointer("/first/0");
        let text = shown(&redaction, document);
        assert!(!text.contains("hunter2"), "{text}");
        assert!(
            text.contains("\"age\": 7") && text.contains("\"x\""),
            "{text}"
        );
        assert_eq!(
            shown(&Redaction::new().redact_pointer(""), document),
            r#""REDACTED""#
        );
        assert!(shown(&Redaction::new().redact_pointer("/users/0"), document).contains("hunter2"));
    }

    #[test]
    fn a_text_that_looks_secret_is_hidden_under_any_name() {
        let text = shown(
            &Redaction::new(),
            r#"["Bearer hunter2","https://a.test/?key=hunter2"]"#,
        );
        assert_eq!(
            text,
            "[\n  \"REDACTED\",\n  \"https://a.test/?key=REDACTED\"\n]"
        );
    }

    #[test]
    fn a_name_that_looks_secret_is_hidden_too() {
        for name in [
            "Bearer hunter2",
            "https://a.test/?key=hunter2",
            "eyJh.hunter2",
        ] {
            let document = format!(r#"{{"a":{{"{name}":1}}}}"#);
            let text = shown(&Redaction::new(), &document);
            assert!(
                text.contains("REDACTED") && !text.contains("hunter2"),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_moves_a_terminals_cursor() {
        let document = "{\"a\u{9b}2J\":\"b\u{7f}\u{85}\u{9b}\"}";
        let text = shown(&Redaction::new(), document);
        let lines = "{\n  \"a\\u009b2J\": \"b\\u007f\\u0085\\u009b\"\n}";
        assert_eq!(text, lines);
    }

    #[test]
    fn a_document_that_is_cut_anywhere_shows_no_secret() {
        let document =
            r#"{"a":"b","password":"hunter2","list":[{"refresh_token":{"x":"hunter2"}}],"z":1}"#;
        for end in 0..document.len() {
            let Rendered { text, whole } = Redaction::new().json(&document.as_bytes()[..end]);
            assert!(!text.contains("hunter") && !whole, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_ends_the_text() {
        let redaction = Redaction::new();
        for (document, text) in [
            ("", "…"),
            ("hunter2", "…"),
            ("<html>", "…"),
            ("[1, hunter2]", "[\n  1,\n  …"),
            (r#"{"a":1} hunter2"#, "{\n  \"a\": 1\n}\n…"),
            ("[\"\u{7}hunter2\"]", "[\n  …"),
        ] {
            assert_eq!(shown(&redaction, document), text, "{document}");
        }
        assert!(!redaction.json(b"[\"\xff\"]").whole);
        let deep = "[".repeat(10_000);
        assert!(!redaction.json(deep.as_bytes()).whole);
    }

    #[test]
    fn the_text_keeps_within_its_limit() {
        let redaction = Redaction::new().body_limit(10);
        for (document, text) in [
            (r#""12345678""#, r#""12345678""#),
            (r#""123456789""#, r#""123456789…"#),
            (r#""12345678ü""#, r#""12345678…"#),
            ("[1,2,3,4]", "[\n  1,\n  2…"),
        ] {
            assert_eq!(shown(&redaction, document), text, "{document}");
        }
        let long = format!("[\"{}\"]", "x".repeat(1_000_000));
        assert_eq!(redaction.json(long.as_bytes()).text.len(), 10);
    }
}

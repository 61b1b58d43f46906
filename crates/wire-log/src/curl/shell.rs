//! Quoting for a POSIX shell.

use std::borrow::Cow;

/// The text in single quotes, within which all but the quote itself stands for itself (POSIX.1-2024 Shell §2.2.2).
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The text as one word, in quotes only where it needs them.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if plain {
        text.into()
    } else {
        quoted(text).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_what_was_quoted() {
        for text in [
            "",
            "plain",
            "it's",
            "''",
            "'",
            "\"",
            "a b",
            "$HOME `id` $(id) \\",
            "a\nb",
            "\t",
            "!!",
            "ü…🦀",
            "-n",
            "#x",
            "~",
            "*?[a]{b,c}",
            "a;b&c|d>e",
            "\\'",
            "\u{1b}[2J",
        ] {
            for quoted in [quoted(text).into(), word(text)] {
                let shell = std::process::Command::new("sh")
                    .args(["-c", &format!("printf %s {quoted}x")])
                    .output()
                    .unwrap();
                assert_eq!(
                    String::from_utf8(shell.stdout).unwrap(),
                    format!("{text}x"),
                    "{quoted}"
                );
            }
        }
    }

    #[test]
    fn a_word_has_quotes_only_where_it_needs_them() {
        assert_eq!(word("PATCH"), "PATCH");
        assert_eq!(word("M-SEARCH"), "M-SEARCH");
        assert_eq!(word("A'B"), r"'A'\''B'");
        assert_eq!(word(""), "''");
    }
}

//! Bodies as they are shown: JSON and forms without their secrets, others by size and type.

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::Redaction;

/// Longer than any registered media type.
const LONGEST_TYPE: usize = 127;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Text,
    Other,
}

impl Redaction {
    /// The body as it is shown. `kept` is its beginning, `size` its whole length as far as it is known.
    pub(crate) fn body(&self, headers: &HeaderMap, kept: &[u8], size: u64) -> String {
        let media_type = media_type(headers);
        let cut_by_us = (kept.len() as u64) < size;
        let (shown, whole) = match kind(headers, media_type.as_deref(), kept) {
            Kind::Json => {
                let rendered = self.json(kept);
                (rendered.text, rendered.whole)
            }
            Kind::Form => self.cut(&self.form(kept)),
            Kind::Text if self.text => self.cut(&printable(kept)),
            Kind::Text | Kind::Other => return summary(size, media_type.as_deref()),
        };
        if shown.is_empty() {
            return summary(size, media_type.as_deref());
        }
        if whole && !cut_by_us {
            return shown;
        }
        format!("{shown}… {}", summary(size, media_type.as_deref()))
    }

    /// The body as it is shown, if that is all of it and in its own syntax.
    pub(crate) fn whole_body(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let kind = kind(headers, media_type(headers).as_deref(), body);
        let (shown, whole) = match kind {
            Kind::Json => {
                let rendered = self.json(body);
                (rendered.text, rendered.whole)
            }
            Kind::Form => self.cut(&self.form(body)),
            Kind::Text if self.text => {
                let text = std::str::from_utf8(body).ok()?;
                (printable(body) == text).then(|| self.cut(text))?
            }
            Kind::Text | Kind::Other => return None,
        };
        whole.then_some(shown)
    }

    /// The text as far as the limit goes, and whether that is all of it.
    fn cut(&self, text: &str) -> (String, bool) {
        let mut end = self.body_limit.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (text[..end].to_owned(), end == text.len())
    }
}

/// How a body is told that isn't shown.
pub(crate) fn summary(size: u64, media_type: Option<&str>) -> String {
    let bytes = if size == 1 { "byte" } else { "bytes" };
    match media_type {
        Some(media_type) => format!("[{size} {bytes} of {media_type}]"),
        None => format!("[{size} {bytes}]"),
    }
}

/// The media type without its parameters, in which there may be anything.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next()?.trim().to_ascii_lowercase();
    // Type, slash, subtype (RFC 9110 §8.3.1), of letters that a token may have (§5.6.2).
    let is_token = |part: &str| {
        let mut letters = part.bytes();
        !part.is_empty()
            && letters.all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let (kind, subtype) = essence.split_once('/')?;
    let valid = is_token(kind) && is_token(subtype) && essence.len() <= LONGEST_TYPE;
    valid.then_some(essence)
}

fn kind(headers: &HeaderMap, media_type: Option<&str>, body: &[u8]) -> Kind {
    // What is compressed reads as nothing.
    let encoding = headers.get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Kind::Other;
    }
    let Some(media_type) = media_type else {
        // Many send JSON without saying so. What isn't is shown no further than it looks like it.
        let looks_like_json =
            body.trim_ascii_start().starts_with(b"{") && !headers.contains_key(CONTENT_TYPE);
        return if looks_like_json {
            Kind::Json
        } else {
            Kind::Other
        };
    };
    let subtype = media_type
        .split_once('/')
        .map_or("", |(_, subtype)| subtype);
    let suffix = subtype.rsplit_once('+').map_or("", |(_, suffix)| suffix);
    match (media_type, subtype, suffix) {
        (_, "json" | "x-ndjson" | "jsonl" | "x-jsonlines", _) | (_, _, "json") => Kind::Json,
        ("application/x-www-form-urlencoded", ..) => Kind::Form,
        (_, "xml" | "javascript" | "graphql" | "yaml", _) | (_, _, "xml" | "yaml") => Kind::Text,
        _ if media_type.starts_with("text/") => Kind::Text,
        _ => Kind::Other,
    }
}

/// The text without what would move a terminal's cursor.
fn printable(bytes: &[u8]) -> String {
    let letters = |letter: char| {
        let shown = !letter.is_control() || matches!(letter, '\n' | '\t');
        if shown {
            letter
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    String::from_utf8_lossy(bytes)
        .chars()
        .map(letters)
        .collect()
}

//! One value of a document on its way from the parser to the text.

use std::fmt::{self, Write as _};

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Rendered;
use crate::redaction::{REDACTED, Redaction};

/// The text as far as it is written, and where in the document the parser is.
pub(super) struct Writer<'r> {
    redaction: &'r Redaction,
    text: String,
    limit: usize,
    path: Vec<String>,
}

/// The text has come to its limit.
pub(super) struct Full;

impl<'r> Writer<'r> {
    pub(super) fn new(redaction: &'r Redaction, limit: usize) -> Self {
        Self {
            redaction,
            text: String::new(),
            limit,
            path: Vec::new(),
        }
    }

    pub(super) fn end(self, whole: bool) -> Rendered {
        Rendered {
            text: self.text,
            whole,
        }
    }

    /// Writes this text, or what fits of it.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Full> {
        let mut room = self.limit.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        self.text.push_str(&text[..room]);
        Err(Full)
    }

    fn line(&mut self) -> Result<(), Full> {
        self.raw("\n")?;
        (0..self.path.len()).try_for_each(|_| self.raw("  "))
    }

    /// Writes a string as JSON has it.
    fn string(&mut self, text: &str) -> Result<(), Full> {
        // No more than fits is escaped: the string may be large.
        let mut room = text.len().min(self.limit);
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        let cut = room < text.len();
        let escaped = without_controls(serde_json::Value::from(&text[..room]).to_string());
        match escaped.strip_suffix('"') {
            Some(open) if cut => self.raw(open).and(Err(Full)),
            _ => self.raw(&escaped),
        }
    }

    fn is_secret_here(&self) -> bool {
        let redaction = self.redaction;
        let mut pointers = redaction.pointers.iter();
        pointers.any(|pointer| pointer.is_at(&self.path))
    }
}

/// One value. Deserializing it writes it.
pub(super) struct Node<'w, 'r> {
    writer: &'w mut Writer<'r>,
    secret: bool,
    /// Which element of an array it is.
    index: Option<usize>,
}

impl<'w, 'r> Node<'w, 'r> {
    pub(super) fn root(writer: &'w mut Writer<'r>) -> Self {
        Self {
            writer,
            secret: false,
            index: None,
        }
    }

    /// Goes to this element, which is known to be there only now.
    fn begin<E: Error>(&mut self) -> Result<(), E> {
        let Some(index) = self.index else {
            return Ok(());
        };
        if index > 0 {
            self.writer.raw(",").map_err(full)?;
        }
        self.writer.path.push(index.to_string());
        self.writer.line().map_err(full)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.begin()?;
        if self.secret || self.writer.is_secret_here() {
            self.writer.string(REDACTED).map_err(full)?;
            return deserializer.deserialize_any(IgnoredAny).map(drop);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.writer.raw("null").map_err(full)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.writer.raw(&value.to_string()).map_err(full)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.writer.raw(&value.to_string()).map_err(full)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.writer.raw(&value.to_string()).map_err(full)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let number = serde_json::Value::from(value).to_string();
        self.writer.raw(&number).map_err(full)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let shown = self.writer.redaction.text(text);
        self.writer.string(&shown).map_err(full)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let writer = self.writer;
        writer.raw("[").map_err(full)?;
        let mut next = 0;
        loop {
            let element = Node {
                writer,
                secret: false,
                index: Some(next),
            };
            if elements.next_element_seed(element)?.is_none() {
                break;
            }
            writer.path.pop();
            next += 1;
        }
        if next > 0 {
            writer.line().map_err(full)?;
        }
        writer.raw("]").map_err(full)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let writer = self.writer;
        writer.raw("{").map_err(full)?;
        let mut first = true;
        while let Some(name) = entries.next_key::<String>()? {
            if !first {
                writer.raw(",").map_err(full)?;
            }
            first = false;
            let secret = writer.redaction.names.is_secret(&name);
            writer.path.push(name.clone());
            writer.line().map_err(full)?;
            writer.string(&writer.redaction.text(&name)).map_err(full)?;
            writer.raw(": ").map_err(full)?;
            entries.next_value_seed(Node {
                writer,
                secret,
                index: None,
            })?;
            writer.path.pop();
        }
        if !first {
            writer.line().map_err(full)?;
        }
        writer.raw("}").map_err(full)
    }
}

/// The text with those control characters escaped that JSON may have as they are, and that a terminal acts on.
fn without_controls(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            // Writing into a string can't fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// The way by which a visitor ends the parser. Nobody reads the text.
fn full<E: Error>(_: Full) -> E {
    E::custom("the text has come to its limit")
}

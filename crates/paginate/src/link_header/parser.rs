//! Reads links, as RFC 8288 §3 writes them and as servers do.

use super::{Link, Links};

/// More than any honest answer has. hyper alone would let a server send some hundred KiB.
const BYTES: usize = 64 * 1024;
const LINKS: usize = 128;

/// Reads one header after the other into one list.
#[derive(Default)]
pub(super) struct Parser {
    links: Links,
    read: usize,
}

impl Parser {
    pub(super) fn into_links(self) -> Links {
        self.links
    }

    /// Reads a header, if it is within the limit as a whole.
    pub(super) fn read(&mut self, header: &[u8]) {
        if header.len() > BYTES - self.read {
            self.links.is_cut = true;
            return;
        }
        self.read += header.len();
        let mut scanner = Scanner(header);
        loop {
            scanner.skip_separators();
            if scanner.is_at_end() {
                return;
            }
            if self.links.all.len() == LINKS {
                self.links.is_cut = true;
                return;
            }
            let begin = scanner.0;
            match scanner.link() {
                Some(link) => self.links.all.push(link),
                None => self.leave_out(begin, &mut scanner),
            }
        }
    }

    /// Leaves out what was read since, up to where the next link may begin.
    fn leave_out(&mut self, begin: &[u8], scanner: &mut Scanner<'_>) {
        if begin.len() == scanner.0.len() {
            scanner.skip_one();
        }
        scanner.skip_to_link();
        let left_out = &begin[..begin.len() - scanner.0.len()];
        self.links.left_out.extend_from_slice(left_out);
        self.links.left_out.push(b' ');
    }
}

/// What of a header is left to read.
struct Scanner<'a>(&'a [u8]);

impl<'a> Scanner<'a> {
    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Skips what stands between two links. Semicolons do in some servers.
    fn skip_separators(&mut self) {
        self.take_while(|byte| b" \t,;".contains(&byte));
    }

    fn skip_one(&mut self) {
        self.0 = self.0.get(1..).unwrap_or_default();
    }

    /// Skips to the next comma or bracket that isn't quoted.
    fn skip_to_link(&mut self) {
        while let [byte, ..] = self.0 {
            match byte {
                b',' | b'<' => return,
                b'"' => drop(self.quoted()),
                _ => self.skip_one(),
            }
        }
    }

    /// Reads a link with its parameters, or nothing.
    fn link(&mut self) -> Option<Link> {
        let target = self.target()?.into();
        let mut parameters = Vec::new();
        loop {
            self.take_while(|byte| b" \t;".contains(&byte));
            if matches!(self.0, [] | [b',' | b'<', ..]) {
                break;
            }
            let (name, value) = self.parameter()?;
            parameters.push((name.into_boxed_str(), value.into_boxed_str()));
        }
        let link = Link { target, parameters };
        // No relation has these. A quotation mark is missing, and what is quoted is more than was meant to be.
        let is_sound = |relations: &str| !relations.contains(['<', '>', '"']);
        link.parameter("rel").is_none_or(is_sound).then_some(link)
    }

    /// Reads what stands between brackets. No URI has one: another one begins before this one was closed.
    fn target(&mut self) -> Option<&'a str> {
        let [b'<', rest @ ..] = self.0 else {
            return None;
        };
        let mut ahead = Scanner(rest);
        let target = ahead.take_while(|byte| byte != b'>' && byte != b'<');
        let [b'>', rest @ ..] = ahead.0 else {
            return None;
        };
        self.0 = rest;
        std::str::from_utf8(target).ok().map(str::trim)
    }

    /// Reads a parameter; nothing if it is quoted in a way that leaves open where it ends.
    fn parameter(&mut self) -> Option<(String, String)> {
        let name = self.take_while(|byte| !b" \t=;,<\"".contains(&byte));
        self.skip_space();
        let value = match self.0 {
            [b'=', rest @ ..] => {
                self.0 = rest;
                self.skip_space();
                self.value()?
            }
            [b'"', ..] => return None,
            _ => String::new(),
        };
        Some((text(name), value))
    }

    fn value(&mut self) -> Option<String> {
        if self.0.first() == Some(&b'"') {
            let value = self.quoted()?;
            let is_at_boundary = matches!(self.0, [] | [b' ' | b'\t' | b',' | b';' | b'<', ..]);
            return is_at_boundary.then_some(value);
        }
        let value = self.take_while(|byte| !b";,<\"".contains(&byte));
        let is_whole = self.0.first() != Some(&b'"');
        is_whole.then(|| text(value.trim_ascii()))
    }

    /// Reads a quoted string (RFC 9110 §5.6.4). One that nobody closed is nothing, and takes the rest with it.
    fn quoted(&mut self) -> Option<String> {
        let mut value = Vec::new();
        let mut rest = self.0.get(1..).unwrap_or_default();
        loop {
            match rest {
                [b'"', after @ ..] => {
                    self.0 = after;
                    return Some(text(&value));
                }
                [b'\\', byte, after @ ..] | [byte, after @ ..] => {
                    value.push(*byte);
                    rest = after;
                }
                [] => {
                    self.0 = rest;
                    return None;
                }
            }
        }
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| byte == b' ' || byte == b'\t');
    }

    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let other = self.0.iter().position(|byte| !belongs(*byte));
        let (taken, rest) = self.0.split_at(other.unwrap_or(self.0.len()));
        self.0 = rest;
        taken
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

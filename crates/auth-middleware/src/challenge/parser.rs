//! Reads challenges, as RFC 9110 §11.6.1 writes them and as servers do.

use super::Challenge;

/// More than any honest answer has. hyper alone would let a server send some hundred KiB.
const BYTES: usize = 16 * 1024;
const CHALLENGES: usize = 64;

/// Reads one header after the other into one list.
#[derive(Default)]
pub(super) struct Parser {
    challenges: Vec<Challenge>,
    read: usize,
    /// Whether parameters belong to the last challenge; not after something that couldn't be read.
    open: bool,
}

impl Parser {
    pub(super) fn into_challenges(self) -> Vec<Challenge> {
        self.challenges
    }

    /// Reads a header. It may go on with the parameters of the challenge that the one before ended with.
    pub(super) fn read(&mut self, header: &[u8]) {
        let length = header.len().min(BYTES - self.read);
        self.read += length;
        let mut scanner = Scanner(&header[..length]);
        let mut begins = true;
        loop {
            begins |= scanner.skip_separators();
            if scanner.is_at_end() {
                return;
            }
            if !self.read_one(&mut scanner, begins) {
                scanner.skip_element();
            }
            begins = false;
        }
    }

    /// Reads a scheme with its token, or a parameter. A scheme must begin an element of the list; a parameter need
    /// not, since some servers forget the comma before it.
    fn read_one(&mut self, scanner: &mut Scanner<'_>, begins: bool) -> bool {
        let Some(token) = scanner.token() else {
            self.open &= !begins;
            return false;
        };
        if scanner.skip_equals() {
            let value = scanner.value();
            let last = self.challenges.last_mut().filter(|_| self.open);
            if let (Some(challenge), Some(value)) = (last, value) {
                let parameter = (token.into(), value.into_boxed_str());
                challenge.parameters.push(parameter);
            }
            return true;
        }
        if !begins {
            return false;
        }
        self.open = scanner.is_at_boundary() && self.challenges.len() < CHALLENGES;
        if self.open {
            let mut challenge = Challenge::new(token);
            challenge.token68 = scanner.token68().map(Into::into);
            self.challenges.push(challenge);
        }
        self.open
    }
}

/// What of a header is left to read.
struct Scanner<'a>(&'a [u8]);

impl<'a> Scanner<'a> {
    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a scheme may end here.
    fn is_at_boundary(&self) -> bool {
        self.0.first().is_none_or(|byte| b" \t,;".contains(byte))
    }

    /// Skips what stands between two things, and tells whether a comma did. Semicolons do in some servers.
    fn skip_separators(&mut self) -> bool {
        let separators = self.take_while(|byte| b" \t,;".contains(&byte));
        separators.contains(&b',')
    }

    /// Skips an equals sign with the space around it, or nothing.
    fn skip_equals(&mut self) -> bool {
        let mut ahead = Scanner(self.0);
        ahead.skip_space();
        let [b'=', rest @ ..] = ahead.0 else {
            return false;
        };
        self.0 = rest;
        self.skip_space();
        true
    }

    /// Skips to the next comma that isn't quoted.
    fn skip_element(&mut self) {
        while let [byte, rest @ ..] = self.0 {
            match byte {
                b',' => return,
                b'"' => drop(self.quoted()),
                _ => self.0 = rest,
            }
        }
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| byte == b' ' || byte == b'\t');
    }

    fn token(&mut self) -> Option<&'a str> {
        let token = self.take_while(is_token);
        std::str::from_utf8(token)
            .ok()
            .filter(|token| !token.is_empty())
    }

    /// Reads a token68 that is all there is until the next comma, or nothing.
    fn token68(&mut self) -> Option<&'a str> {
        let mut ahead = Scanner(self.0);
        ahead.skip_space();
        let begin = ahead.0;
        if ahead.take_while(is_token68).is_empty() {
            return None;
        }
        ahead.take_while(|byte| byte == b'=');
        let token = &begin[..begin.len() - ahead.0.len()];
        ahead.skip_space();
        if !matches!(ahead.0, [] | [b',', ..]) {
            return None;
        }
        self.0 = ahead.0;
        std::str::from_utf8(token).ok()
    }

    /// Reads the value of a parameter: quoted, or as far as nothing separates. Some servers write URLs without quotes.
    fn value(&mut self) -> Option<String> {
        if self.0.first() == Some(&b'"') {
            return self.quoted();
        }
        let value = self.take_while(|byte| !b" \t,;\"".contains(&byte));
        (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned())
    }

    /// Reads a quoted string (RFC 9110 §5.6.4). One that nobody closed is nothing, and takes the rest with it.
    fn quoted(&mut self) -> Option<String> {
        let mut value = Vec::new();
        let mut rest = self.0.get(1..).unwrap_or_default();
        loop {
            match rest {
                [b'"', after @ ..] => {
                    self.0 = after;
                    return Some(String::from_utf8_lossy(&value).into_owned());
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

    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let other = self.0.iter().position(|byte| !belongs(*byte));
        let (taken, rest) = self.0.split_at(other.unwrap_or(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9110 §11.2, without the padding.
fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)
}

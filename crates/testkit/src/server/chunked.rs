//! A decoder of the chunked transfer coding (RFC 9112 §7.1), fed piece by piece.

use bytes::{Buf, Bytes, BytesMut};

use super::head::Malformed;

/// The longest line for a chunk's size or a trailer field, in bytes.
const MAX_LINE: usize = 8 * 1024;

#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    Data(Bytes),
    End,
    /// All that `input` holds is used, and there is more to come.
    More,
}

impl Chunked {
    /// Takes the next piece of data from the front of `input`.
    pub(super) fn decode(&mut self, input: &mut BytesMut) -> Result<Decoded, Malformed> {
        loop {
            match self.state {
                State::Size => {
                    let Some(line) = take_line(input)? else {
                        return Ok(Decoded::More);
                    };
                    self.state = match size(&line)? {
                        0 => State::Trailers,
                        size => State::Data(size),
                    };
                }
                State::Data(_) if input.is_empty() => return Ok(Decoded::More),
                State::Data(left) => {
                    let here = usize::try_from(left).map_or(input.len(), |n| n.min(input.len()));
                    let left = left - here as u64;
                    self.state = if left == 0 {
                        State::DataEnd
                    } else {
                        State::Data(left)
                    };
                    return Ok(Decoded::Data(input.split_to(here).freeze()));
                }
                State::DataEnd => match take_line(input)? {
                    None => return Ok(Decoded::More),
                    Some(line) if line.is_empty() => self.state = State::Size,
                    Some(_) => return Err(Malformed),
                },
                State::Trailers => match take_line(input)? {
                    None => return Ok(Decoded::More),
                    Some(line) if line.is_empty() => return Ok(Decoded::End),
                    Some(_) => {}
                },
            }
        }
    }
}

fn take_line(input: &mut BytesMut) -> Result<Option<Bytes>, Malformed> {
    let Some(end) = input.windows(2).position(|pair| pair == b"\r\n") else {
        return if input.len() > MAX_LINE {
            Err(Malformed)
        } else {
            Ok(None)
        };
    };
    let line = input.split_to(end).freeze();
    input.advance(2);
    Ok(Some(line))
}

/// Reads the size from `size[;extensions]`.
fn size(line: &[u8]) -> Result<u64, Malformed> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or(line);
    let digits = std::str::from_utf8(digits).map_err(|_| Malformed)?.trim();
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Malformed);
    }
    u64::from_str_radix(digits, 16).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `wire` in pieces of `step` bytes; returns the data and what is left over.
    fn decode(wire: &[u8], step: usize) -> Result<(Vec<u8>, Vec<u8>), Malformed> {
        let mut pieces = wire.chunks(step);
        let mut input = BytesMut::new();
        let mut decoder = Chunked::default();
        let mut data = Vec::new();
        loop {
            match decoder.decode(&mut input)? {
                Decoded::Data(bytes) => data.extend_from_slice(&bytes),
                Decoded::More => {
                    input.extend_from_slice(pieces.next().expect("the end is missing"));
                }
                Decoded::End => {
                    input.extend(pieces.flatten());
                    return Ok((data, input.to_vec()));
                }
            }
        }
    }

    #[test]
    fn it_decodes_the_same_however_the_bytes_arrive() {
        let wire = b"4;name=value\r\nwiki\r\nA\r\npedia in \r\r\n0\r\ntrailer: x\r\n\r\nGET";
        for step in 1..=wire.len() {
            let (data, rest) = decode(wire, step).unwrap();
            assert_eq!(data, b"wikipedia in \r", "step {step}");
            assert_eq!(rest, b"GET", "step {step}");
        }
    }

    #[test]
    fn a_wrong_size_or_end_is_malformed() {
        for wire in [
            &b"x\r\n"[..],
            b"+1\r\na\r\n",
            b"\r\n",
            b"1\r\nab\r\n0\r\n\r\n",
            b"11111111111111111\r\n",
        ] {
            assert_eq!(decode(wire, wire.len()), Err(Malformed), "{wire:?}");
        }
    }
}

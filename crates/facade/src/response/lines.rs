//! A body line by line (NDJSON).

use bytes::{Bytes, BytesMut};
use error_map::{ApiError, decode_json_line};
use futures_core::Stream;
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;
use tokio::task::coop::consume_budget;

use super::Response;

impl Response {
    /// The body as JSON values, one a line, as they arrive (NDJSON, JSON Lines). A line ends with LF or CRLF, the last one also
    /// with the body. Blank lines are left out, and so is a byte order mark at the beginning.
    ///
    /// No line may be longer than the body limit, its end not counted; the body as a whole may. A line of more than 256 KiB
    /// is decoded on a thread for blocking work. However many lines have arrived at once, the other tasks of the thread get
    /// their turn.
    ///
    /// ```
    /// # #[derive(serde::Deserialize)] struct Event { name: String }
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use futures_util::StreamExt; // of the crate `futures-util`
    ///
    /// let mut events = client.get("events").send().await?.lines::<Event>();
    /// while let Some(event) = events.next().await {
    ///     println!("{}", event?.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// A line that can't be decoded is an error of kind [`Decode`](crate::ErrorKind::Decode), and the stream goes on with
    /// the next one; `on_error` closures are not told of it. Other errors are those of [`bytes`](Self::bytes); the stream
    /// ends after one.
    pub fn lines<T>(self) -> impl Stream<Item = Result<T, ApiError>> + Send + Unpin + use<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let lines = Lines::up_to(self.body_limit);
        let lines = stream::unfold(Some((self, lines)), async |state| {
            let (mut response, mut lines) = state?;
            // Lines that are here already are no reason to wait, and so none to let others have their turn.
            consume_budget().await;
            let (number, line) = match response.next_line(&mut lines).await {
                Ok(line) => line?,
                Err(error) => return Some((Err(error), None)),
            };
            let decode = move |line: &Bytes| decode_json_line(line, number);
            match response.decode(line, decode).await {
                Ok(value) => Some((Ok(value), Some((response, lines)))),
                Err(error) if error.is_decode() => {
                    let error = response.locate(error);
                    Some((Err(error), Some((response, lines))))
                }
                Err(error) => Some((Err(response.report(error)), None)),
            }
        });
        // Fused, since an ended `unfold` panics when it is polled again.
        Box::pin(lines.fuse())
    }

    async fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Line>, ApiError> {
        loop {
            match lines.next() {
                Ok(None) => {}
                Ok(line) => return Ok(line),
                Err(TooLong) => return Err(self.too_large(Bytes::new())),
            }
            match self.chunk().await? {
                Some(chunk) => lines.unfinished.extend_from_slice(&chunk),
                None => return Ok(lines.last()),
            }
        }
    }
}

/// The number of a line, from 1, and what is in it.
type Line = (usize, Bytes);

struct TooLong;

/// What has arrived and was not handed out yet.
struct Lines {
    limit: usize,
    unfinished: BytesMut,
    /// How much of it is known to have no line end.
    scanned: usize,
    begun: usize,
}

impl Lines {
    fn up_to(limit: usize) -> Self {
        Self {
            limit,
            unfinished: BytesMut::new(),
            scanned: 0,
            begun: 0,
        }
    }

    /// The next whole line that is not blank.
    fn next(&mut self) -> Result<Option<Line>, TooLong> {
        loop {
            let mut unknown = self.unfinished[self.scanned..].iter();
            let Some(end) = unknown.position(|byte| *byte == b'\n') else {
                self.scanned = self.unfinished.len();
                let is_first = self.begun == 0;
                let length = content(&self.unfinished, is_first).len();
                return (length <= self.limit).then_some(None).ok_or(TooLong);
            };
            let (number, line) = self.take(self.scanned + end + 1);
            if line.len() > self.limit {
                return Err(TooLong);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((number, line)));
            }
        }
    }

    /// The last line, which need not have an end.
    fn last(&mut self) -> Option<Line> {
        let (number, line) = self.take(self.unfinished.len());
        (!line.trim_ascii().is_empty()).then_some((number, line))
    }

    fn take(&mut self, end: usize) -> Line {
        let line = self.unfinished.split_to(end).freeze();
        self.scanned = 0;
        self.begun += 1;
        (self.begun, line.slice_ref(content(&line, self.begun == 1)))
    }
}

/// The line without its end, the first one without a byte order mark.
fn content(line: &[u8], is_first: bool) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if is_first => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lines of a body that arrives like this, and `too long` where one is.
    fn split(chunks: &[&[u8]], limit: usize) -> Vec<String> {
        let mut lines = Lines::up_to(limit);
        let mut found = Vec::new();
        let text = |(number, line): Line| format!("{number}: {}", String::from_utf8_lossy(&line));
        for chunk in chunks {
            lines.unfinished.extend_from_slice(chunk);
            loop {
                match lines.next() {
                    Ok(Some(line)) => found.push(text(line)),
                    Ok(None) => break,
                    Err(TooLong) => {
                        found.push("too long".to_owned());
                        return found;
                    }
                }
            }
        }
        found.extend(lines.last().map(text));
        found
    }

    #[test]
    fn lines_end_with_either_line_end_or_with_the_body_and_blank_ones_are_left_out() {
        let table: [(&str, &[&str]); 9] = [
            ("1\n2\r\n\n \t\r\n3", &["1: 1", "2: 2", "5: 3"]),
            ("1\n", &["1: 1"]),
            ("1\r", &["1: 1"]),
            ("\n\r\n", &[]),
            ("", &[]),
            ("\u{feff}1\n2", &["1: 1", "2: 2"]),
            ("\u{feff}\r\n2", &["2: 2"]),
            ("\u{feff}", &[]),
            ("1\n\u{feff}2", &["1: 1", "2: \u{feff}2"]),
        ];
        for (body, expected) in table {
            assert_eq!(split(&[body.as_bytes()], 9), expected, "{body:?}");
        }
    }

    #[test]
    fn neither_the_end_of_a_line_nor_a_byte_order_mark_counts_toward_the_limit() {
        for (body, is_too_long) in [
            ("123\n", false),
            ("123\r\n123\r\n123", false),
            ("\u{feff}123\r\n", false),
            ("\u{feff}123\r", false),
            ("1234", true),
            ("1234\r\n", true),
            ("1\n1234", true),
            ("    \n", true),
        ] {
            let last = |chunks: &[&[u8]]| split(chunks, 3).pop().unwrap() == "too long";
            assert_eq!(last(&[body.as_bytes()]), is_too_long, "{body:?}");
            let bytes: Vec<_> = body.as_bytes().chunks(1).collect();
            assert_eq!(last(&bytes), is_too_long, "{body:?}, byte by byte");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_body_is_cut(body in "\u{feff}?[ab\r\n]{0,40}", cut in 0..44_usize) {
            let (first, second) = body.as_bytes().split_at(cut.min(body.len()));
            prop_assert_eq!(split(&[first, second], 99), split(&[body.as_bytes()], 99));
        }
    }
}

//! A body line by line (NDJSON).

use bytes::{Bytes, BytesMut};
use error_map::{ApiError, decode_json_line};
use futures_core::Stream;
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

use super::Response;

impl Response {
    /// The body as JSON values, one a line, as they arrive (NDJSON, JSON Lines). Empty lines are left out. No line may be
    /// longer than the body limit; the body as a whole may.
    ///
    /// ```
    /// # #[derive(serde::Deserialize)] struct Event { name: String }
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// use futures_util::StreamExt;
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
    /// the next one. Other errors are those of [`bytes`](Self::bytes); the stream ends after one.
    pub fn lines<T: DeserializeOwned>(
        self,
    ) -> impl Stream<Item = Result<T, ApiError>> + Send + Unpin + use<T> {
        let lines = stream::unfold(Some((self, Lines::default())), async |state| {
            let (mut response, mut lines) = state?;
            match response.next_line(&mut lines).await {
                Ok(line) => {
                    let (number, line) = line?;
                    let decoded = decode_json_line(&line, number);
                    let decoded = decoded.map_err(|error| response.report(error));
                    Some((decoded, Some((response, lines))))
                }
                Err(error) => Some((Err(error), None)),
            }
        });
        // Fused, since an ended `unfold` panics when it is polled again.
        Box::pin(lines.fuse())
    }

    async fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Line>, ApiError> {
        loop {
            let line = lines.next();
            let length = line
                .as_ref()
                .map_or(lines.unfinished.len(), |(_, line)| line.len());
            if length > self.body_limit {
                return Err(self.too_large());
            }
            if line.is_some() {
                return Ok(line);
            }
            match self.chunk().await? {
                Some(chunk) => lines.unfinished.extend_from_slice(&chunk),
                None => return Ok(lines.last()),
            }
        }
    }
}

/// A line, and its number from 1.
type Line = (usize, Bytes);

/// What has arrived and was not handed out yet.
#[derive(Default)]
struct Lines {
    unfinished: BytesMut,
    begun: usize,
    /// How much of it is known to have no line end.
    scanned: usize,
}

impl Lines {
    /// The next whole line that is not empty.
    fn next(&mut self) -> Option<Line> {
        loop {
            let end = self.unfinished[self.scanned..]
                .iter()
                .position(|byte| *byte == b'\n');
            let Some(end) = end else {
                self.scanned = self.unfinished.len();
                return None;
            };
            let line = self.unfinished.split_to(self.scanned + end + 1).freeze();
            self.scanned = 0;
            self.begun += 1;
            if !line.trim_ascii().is_empty() {
                return Some((self.begun, line));
            }
        }
    }

    /// The last line, which need not have an end.
    fn last(&mut self) -> Option<Line> {
        self.scanned = 0;
        self.begun += 1;
        let line = self.unfinished.split().freeze();
        (!line.trim_ascii().is_empty()).then_some((self.begun, line))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for chunk in chunks {
            lines.unfinished.extend_from_slice(chunk);
            found.extend(std::iter::from_fn(|| lines.next()));
        }
        found.extend(lines.last());
        let text = |(number, line): Line| {
            let line = String::from_utf8_lossy(line.trim_ascii()).into_owned();
            format!("{number}: {line}")
        };
        found.into_iter().map(text).collect()
    }

    #[test]
    fn lines_end_with_either_line_end_or_with_the_body_and_empty_ones_are_left_out() {
        assert_eq!(split(&[b"1\n2\r\n\n \n3"]), ["1: 1", "2: 2", "5: 3"]);
        assert_eq!(split(&[b"1\n"]), ["1: 1"]);
        assert!(split(&[b"\n\r\n"]).is_empty());
        assert!(split(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_body_is_cut(body in "[ab\n]{0,40}", cut in 0..41_usize) {
            let (first, second) = body.as_bytes().split_at(cut.min(body.len()));
            prop_assert_eq!(split(&[first, second]), split(&[body.as_bytes()]));
        }
    }
}

//! A response as the test writes it down.

pub(crate) mod body;
pub(crate) mod hold;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::Gate;
use body::{BodyEnd, BodyScript, BodyStep};
use hold::Hold;

/// A response: status, headers, and a body that may come in pieces, with pauses, or end badly.
///
/// The same reply serves [`ScriptedTransport`](crate::ScriptedTransport) and [`FaultServer`](crate::FaultServer). The
/// transport sends the headers exactly as written. The server adds what frames the body on the wire: `Content-Length`
/// for a body in one piece, `Transfer-Encoding: chunked` for one in several, unless the reply has one of the two already.
///
/// ```
/// use std::time::Duration;
/// use testkit::Reply;
///
/// let busy = Reply::status(503).header("retry-after", "1");
/// let slow = Reply::status(200)
///     .chunk("first ")
///     .pause(Duration::from_secs(5))
///     .chunk("second")
///     .then_break_off();
/// # drop((busy, slow));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) holds: Vec<Hold>,
    pub(crate) body: BodyScript,
}

impl Reply {
    /// Makes a reply with this status, no headers and an empty body.
    ///
    /// # Panics
    ///
    /// When `status` is not in 100 to 999.
    #[track_caller]
    pub fn status<S>(status: S) -> Self
    where
        S: TryInto<StatusCode, Error: fmt::Display>,
    {
        Self {
            status: valid("status", status.try_into()),
            headers: HeaderMap::new(),
            holds: Vec::new(),
            body: BodyScript::default(),
        }
    }

    /// Makes a reply with this status and a body of type `application/json`. The text is sent as it is.
    ///
    /// # Panics
    ///
    /// When `status` is not in 100 to 999.
    #[track_caller]
    pub fn json<S>(status: S, json: impl Into<Bytes>) -> Self
    where
        S: TryInto<StatusCode, Error: fmt::Display>,
    {
        Self::status(status)
            .header(CONTENT_TYPE, "application/json")
            .body(json)
    }

    /// Adds a header. A name may be added several times.
    ///
    /// # Panics
    ///
    /// When the name or the value is not a valid header.
    #[track_caller]
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: fmt::Display>,
        V: TryInto<HeaderValue, Error: fmt::Display>,
    {
        let name = valid("header name", name.try_into());
        let value = valid("header value", value.try_into());
        self.headers.append(name, value);
        self
    }

    /// Sets the body, in one piece. It replaces what the body was so far.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = BodyScript {
            steps: vec![BodyStep::Bytes(bytes.into())],
            end: BodyEnd::Complete,
        };
        self
    }

    /// Adds a piece to the body.
    pub fn chunk(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body.steps.push(BodyStep::Bytes(bytes.into()));
        self
    }

    /// Adds several pieces to the body, with a pause between one and the next.
    pub fn chunks<I>(mut self, chunks: I, pause: Duration) -> Self
    where
        I: IntoIterator<Item: Into<Bytes>>,
    {
        for (index, chunk) in chunks.into_iter().enumerate() {
            if index > 0 {
                self = self.pause(pause);
            }
            self = self.chunk(chunk);
        }
        self
    }

    /// Adds a pause to the body: nothing more comes for this long.
    pub fn pause(mut self, duration: Duration) -> Self {
        self.body.steps.push(BodyStep::Hold(Hold::For(duration)));
        self
    }

    /// Adds a gate to the body: nothing more comes until the gate lets it pass.
    pub fn pause_at(mut self, gate: &Gate) -> Self {
        self.body.steps.push(BodyStep::Hold(Hold::At(gate.clone())));
        self
    }

    /// Ends the body in an error: the transport's body yields [`BodyBrokenOff`](crate::BodyBrokenOff), the server closes
    /// the connection.
    pub fn then_break_off(mut self) -> Self {
        self.body.end = BodyEnd::BreakOff;
        self
    }

    /// Lets the body never end: after its last byte nothing comes any more.
    pub fn then_stall(mut self) -> Self {
        self.body.end = BodyEnd::Stall;
        self
    }

    /// Lets the body never end: it starts again from its first piece, for ever. An empty body stalls.
    pub fn then_repeat(mut self) -> Self {
        self.body.end = BodyEnd::Repeat;
        self
    }

    /// Waits this long before the status line. Several waits happen one after the other.
    pub fn after(mut self, duration: Duration) -> Self {
        self.holds.push(Hold::For(duration));
        self
    }

    /// Waits at the gate before the status line.
    pub fn after_gate(mut self, gate: &Gate) -> Self {
        self.holds.push(Hold::At(gate.clone()));
        self
    }
}

#[track_caller]
#[allow(
    clippy::panic,
    reason = "a reply that can't be written is a mistake in the test"
)]
fn valid<T, E: fmt::Display>(what: &str, value: Result<T, E>) -> T {
    match value {
        Ok(value) => value,
        Err(error) => panic!("not a valid {what} for a reply: {error}"),
    }
}

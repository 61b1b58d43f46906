//! What the fault server does with a request.

use std::time::Duration;

use bytes::Bytes;

use crate::Reply;

/// What [`FaultServer`](crate::FaultServer) does with one request.
///
/// Where a behaviour is asked for, a [`Reply`] will do as well. While it waits, whatever for, the server keeps reading,
/// so that it notices a client that goes away ([`wait_for_disconnects`](crate::FaultServer::wait_for_disconnects)).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Behaviour {
    /// Answers, and keeps the connection alive unless one of the two sides says `Connection: close`.
    Answer(Reply),
    /// Resets the connection (RST) when the first byte of a request has come, and reads nothing.
    ///
    /// Such a request is not recorded. Where the choice depends on the request (rules for a path exist or come first, or
    /// [`respond_with`](crate::FaultServer::respond_with) chose it), the request has to be read, and this is
    /// [`ResetAfterReading`](Behaviour::ResetAfterReading).
    ResetBeforeReading,
    /// Reads the whole request, then resets the connection (RST).
    ResetAfterReading,
    /// Reads the whole request, then closes the connection (FIN) without a byte of an answer.
    CloseEarly,
    /// Reads the whole request, then sends nothing, with the connection open.
    HangBeforeHeaders,
    /// Sends the head with the full `Content-Length` and the first `sent` bytes of the body, then nothing, with the
    /// connection open.
    HangInBody {
        /// What would be the whole answer.
        reply: Reply,
        /// How many bytes of its body are sent.
        sent: usize,
    },
    /// Sends the head with the full `Content-Length` and the first `sent` bytes of the body, then closes the connection
    /// (FIN).
    Truncate {
        /// What would be the whole answer.
        reply: Reply,
        /// How many bytes of its body are sent.
        sent: usize,
    },
    /// Sends the head at once and the body byte by byte.
    SlowDrip {
        /// The answer.
        reply: Reply,
        /// The pause before each byte.
        interval: Duration,
    },
    /// Sends these bytes, whatever they are, and closes the connection (FIN).
    Garbage(Bytes),
    /// Answers 401 with `WWW-Authenticate: Bearer error="invalid_token"` until the request carries a token the server
    /// accepts ([`accept_token`](crate::FaultServer::accept_token)) or all are let in
    /// ([`let_everyone_in`](crate::FaultServer::let_everyone_in)); then does what is in the box.
    UntilAuthorized(Box<Behaviour>),
}

impl Behaviour {
    /// Makes an [`UntilAuthorized`](Behaviour::UntilAuthorized): 401 until told, then `then`.
    #[must_use]
    pub fn until_authorized(then: impl Into<Self>) -> Self {
        Self::UntilAuthorized(Box::new(then.into()))
    }

    /// Makes a [`Garbage`](Behaviour::Garbage) of bytes that no HTTP/1.1 client takes for an answer.
    #[must_use]
    pub fn garbage() -> Self {
        Self::Garbage(Bytes::from_static(b"\x00\xffthis is not HTTP\r\n\r\n"))
    }
}

impl From<Reply> for Behaviour {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}

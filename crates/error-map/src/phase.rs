//! Where in a call it was that something took too long, or that no connection came about.

use std::fmt;

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// The connection, TLS included: `connect_timeout`, or the system's own patience. The host is down,
    /// a firewall swallows packets, or the network is slow: a later try may help.
    Connect,
    /// The headers of one attempt, upload included: the limit that `safe-retry` calls the headers timeout. The server is
    /// slow or stuck, and may have done what it was asked for.
    Headers,
    /// The connection was silent for too long: no headers, no next piece of the body, no answer to a keep-alive. That is
    /// reqwest's `read_timeout`, where it is known that no other limit has passed, or the system's own. The server is
    /// stuck or the way to it is gone. Raise the limit for long uploads and slow reports.
    Idle,
    /// One attempt took too long as a whole, its body included: reqwest's `timeout`. reqwest doesn't tell it from a
    /// `read_timeout`, so without anyone who knows better ([`ApiError::with_attempt_limit`]) this stands for both.
    ///
    /// [`ApiError::with_attempt_limit`]: crate::ApiError::with_attempt_limit
    Attempt,
    /// The whole call with all its attempts and waits. The caller set the deadline, and the caller can extend it.
    Deadline,
}

impl fmt::Display for TimeoutPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting took too long",
            Self::Headers => "the headers took too long",
            Self::Idle => "nothing came for too long",
            Self::Attempt => "the answer took too long",
            Self::Deadline => "the deadline of the call passed",
        })
    }
}

/// Why no connection came about, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectPhase {
    /// The name has no address, or nobody could be asked for it: a misspelt host, or a machine that is offline.
    Dns,
    /// The proxy did not let the connection through: it can't reach the server, or wants a password.
    Proxy,
    /// The server refused, or no way leads to it: it is down, the port is wrong, a firewall refuses. Whatever can't be
    /// told apart is here too.
    Server,
}

impl fmt::Display for ConnectPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the name could not be resolved",
            Self::Proxy => "the proxy did not connect",
            Self::Server => "could not connect",
        })
    }
}

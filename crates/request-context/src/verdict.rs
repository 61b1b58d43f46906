//! What an answer said about the credential that was sent.

use std::time::Duration;

/// What an answer said about the credential that was sent.
///
/// The layer that put the credential on the request judges, because it alone knows what was sent. The layers
/// above act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The token is expired, revoked or malformed: a new one may help (`invalid_token`, RFC 6750 §3.1).
    InvalidToken,
    /// The token was issued a moment ago by a clock that is ahead of the server's: the same one may do shortly, and a
    /// new one would be no better.
    NotYetValid {
        /// How long to wait before the same token is sent once more.
        retry_after: Duration,
    },
    /// The token is good but may not do this: a new one of the same kind won't help (`insufficient_scope`,
    /// RFC 6750 §3.1).
    InsufficientScope {
        /// The scope that the server asked for, if it said so.
        scope: Option<Box<str>>,
    },
    /// The refusal says nothing about the session's credential: the request carried none of ours or one of its own,
    /// or the server refuses something else about it. A new credential won't help.
    NotOurs,
}

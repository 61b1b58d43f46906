//! What an answer said about the credential that was sent.

/// What an answer said about the credential that was sent.
///
/// The layer that put the credential on the request judges, because it alone knows what was sent. The layers
/// above act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The token is expired, revoked or malformed: a new one may help (`invalid_token`, RFC 6750 §3.1).
    InvalidToken,
    /// The token is good but may not do this: a new one of the same kind won't help (`insufficient_scope`,
    /// RFC 6750 §3.1).
    InsufficientScope {
        /// The scope that the server asked for, if it said so.
        scope: Option<Box<str>>,
    },
    /// The refusal is not about our credential, because the request carried none of ours.
    NotOurs,
}

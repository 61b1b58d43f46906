//! How questions to the sessions end.

use super::Issued;

/// How a refresh went well.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Refreshed {
    /// The presented token is spent now; this is its successor.
    Rotated(Issued),
    /// The presented token was spent within the leeway: the same successor again.
    Repeated(Issued),
}

/// Why a refresh was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum RefreshRefused {
    /// Never issued, or its session is over.
    Unknown,
    /// Issued to another client than the one that presents it. Nothing has changed.
    AnotherClient,
    /// Spent before, beyond the leeway. Its session has just been revoked.
    Reused,
    /// The session may not do what the new token is wished to do. Nothing has changed.
    ScopeExceeded,
}

/// Why an access token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum AccessRefused {
    /// Never issued, or its session is over.
    Unknown,
    Expired,
}

/// What the revocation of one token did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Revoked {
    AccessToken,
    Session,
    /// There was no such token.
    Nothing,
}

/// The token was issued to another client than the one that wants it revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct AnotherClient;

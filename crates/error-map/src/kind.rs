//! What happened, in words that a program can match.

use std::fmt;

/// What happened, in words that a program can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: the server did not understand the request.
    BadRequest,
    /// 401: the credential was refused, or there was none.
    Unauthorized,
    /// The session is over: only a new sign-in helps.
    SessionEnded,
    /// 403: the credential is good but may not do this.
    Forbidden,
    /// The token lacks a scope (`insufficient_scope`, RFC 6750 §3.1).
    InsufficientScope,
    /// 404: there is no such resource, or it isn't shown to this caller.
    NotFound,
    /// 409: the request conflicts with the state of the resource.
    Conflict,
    /// 410: the resource is gone for good.
    Gone,
    /// 412: a precondition such as `If-Match` did not hold.
    PreconditionFailed,
    /// 413: the request body is larger than the server takes.
    PayloadTooLarge,
    /// 422: the request is well-formed but not valid.
    Unprocessable,
    /// 429: too many requests.
    RateLimited,
    /// 500 and other statuses of that family that have no kind of their own.
    Server,
    /// 502, 503, 504: the server or what stands behind it is not there just now.
    Unavailable,
    /// Something took too long.
    Timeout(TimeoutPhase),
    /// No credential could be had just now; the session may be fine.
    CredentialUnavailable,
    /// No connection came about.
    Connect,
    /// The connection broke before the answer was complete.
    Reset,
    /// The caller cancelled the call.
    Cancelled,
    /// The body is not what the caller asked to decode.
    Decode,
    /// The body is larger than the caller allows.
    TooLarge,
    /// A redirect was not followed: too many, or refused.
    Redirect,
    /// The request could not be made in the first place.
    Builder,
    /// Anything else; the source says more.
    Other,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// The connection.
    Connect,
    /// The headers of one attempt.
    Headers,
    /// One attempt, or a pause in its body.
    Attempt,
    /// The whole call.
    Deadline,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadRequest => "bad request",
            Self::Unauthorized => "unauthorized",
            Self::SessionEnded => "the session has ended",
            Self::Forbidden => "forbidden",
            Self::InsufficientScope => "insufficient scope",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::PreconditionFailed => "precondition failed",
            Self::PayloadTooLarge => "payload too large",
            Self::Unprocessable => "not valid",
            Self::RateLimited => "too many requests",
            Self::Server => "server error",
            Self::Unavailable => "service unavailable",
            Self::Timeout(TimeoutPhase::Connect) => "connecting took too long",
            Self::Timeout(TimeoutPhase::Headers) => "the headers took too long",
            Self::Timeout(TimeoutPhase::Attempt) => "the answer took too long",
            Self::Timeout(TimeoutPhase::Deadline) => "the deadline of the call passed",
            Self::CredentialUnavailable => "no credential is available",
            Self::Connect => "could not connect",
            Self::Reset => "the connection broke",
            Self::Cancelled => "cancelled",
            Self::Decode => "the body could not be decoded",
            Self::TooLarge => "the body is too large",
            Self::Redirect => "the redirect was not followed",
            Self::Builder => "the request could not be made",
            Self::Other => "the request failed",
        })
    }
}

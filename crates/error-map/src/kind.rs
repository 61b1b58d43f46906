//! What happened, in words that a program can match.

use std::fmt;

use crate::{ConnectPhase, TimeoutPhase};

/// What happened, in words that a program can match.
///
/// Each says what usually causes it and what to do; `docs/errors.md` says more. A status that has no kind of its own is
/// [`Other`](Self::Other), with [`status`](crate::ApiError::status) to tell it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: the server did not understand the request. Usually a bug of the caller's: look at
    /// [`message`](crate::ApiError::message) and [`field_errors`](crate::ApiError::field_errors).
    BadRequest,
    /// 401: the credential was refused, or there was none. Sign in, or send one; a session renews its own first.
    Unauthorized,
    /// The session is over: it was signed out, or its renewal was refused. Only a new sign-in helps.
    SessionEnded,
    /// 403: the credential is good but may not do this. Ask for the right, or don't offer the action.
    Forbidden,
    /// The token lacks a scope (`insufficient_scope`, RFC 6750 §3.1). Ask the user for more, by a new authorization.
    InsufficientScope,
    /// 404: there is no such resource, or it isn't shown to this caller. Often no failure at all:
    /// [`MapApiError::optional`](crate::MapApiError::optional) makes it `None`.
    NotFound,
    /// 407, or a tunnel that is refused for this reason: the proxy wants a credential, or another one. Give it in the
    /// proxy's settings; trying again meets the same.
    ProxyUnauthorized,
    /// 409: the request conflicts with the state of the resource: a name that is taken, an edit that came first. Read
    /// again, then decide.
    Conflict,
    /// 410: the resource is gone for good. Forget it.
    Gone,
    /// 412: a precondition such as `If-Match` did not hold, so somebody else changed the resource. Read it again, merge.
    PreconditionFailed,
    /// 413: the request body is larger than the server takes. Send less, or in parts.
    PayloadTooLarge,
    /// 422: the request is well-formed but not valid. Show [`field_errors`](crate::ApiError::field_errors).
    Unprocessable,
    /// 429, or HTTP/2's `ENHANCE_YOUR_CALM`: too many requests. Wait for [`retry_after`](crate::ApiError::retry_after), and
    /// send fewer.
    RateLimited,
    /// 500 and other statuses of that family that have no kind of their own: a fault of the server's. Tell its operators
    /// the [`request_id`](crate::ApiError::request_id).
    Server,
    /// 502, 503, 504, or HTTP/2's `REFUSED_STREAM`: the server or what stands behind it is not there just now, or has too
    /// much to do. Try later, after [`retry_after`](crate::ApiError::retry_after) if there is one.
    Unavailable,
    /// Something took too long; the phase says what.
    Timeout(TimeoutPhase),
    /// No credential could be had just now: a token endpoint that is down, a token store that is busy, too many callers
    /// that wait. The session may be fine; try later.
    CredentialUnavailable,
    /// No connection came about. Usually the network, the host's name or the port; the phase says what is known. Whether an
    /// earlier attempt was sent, [`may_have_been_sent`](crate::ApiError::may_have_been_sent) tells.
    Connect(ConnectPhase),
    /// TLS failed: a certificate that nobody vouches for, has expired or is another host's, no common version, a server
    /// that speaks no TLS on this port, or one that wants a client certificate. Trying again meets the same.
    Tls,
    /// The connection broke before the answer was complete: a server that restarts, a proxy that gives up, a network that
    /// changes. The server may have done what it was asked for, so repeat only what does no harm.
    Reset,
    /// One side does not follow HTTP as the other understands it: another service on the port, `http` spoken to an `https`
    /// port, a head that is too long, chunks that are none, HTTP/2 with a server that wants HTTP/1.1. Check scheme, port and
    /// version.
    Protocol,
    /// The caller cancelled the call. Usually nothing to tell anyone.
    Cancelled,
    /// The body is not what the caller asked to decode: another form of JSON, a login page instead, a damaged
    /// compression. The source says where; compare the type with what the server sends.
    Decode,
    /// The body is larger than the caller allows. Raise the limit, or read it as a stream.
    TooLarge,
    /// A redirect was not followed: too many, to nowhere, or to where a secret must not go. Call the right URL, or allow
    /// its origin.
    Redirect,
    /// The next page can't be had, though there should be one: a next link that leads to another origin or back to where the
    /// stream has been, nothing that leads on, more pages than the stream may ask for. The source says which. Raise the
    /// limit, or tell the operators of the server.
    Paging,
    /// The request could not be made in the first place: a URL that is none, a header with a line break, a body that
    /// can't be serialized. A bug of the caller's; nothing was sent.
    Builder,
    /// Anything else: a status without a kind of its own, a request body that failed while it was sent, an error of a
    /// middleware of the caller's. The status or the source says more.
    Other,
}

impl ErrorKind {
    /// Each there is, with each phase.
    pub(crate) const ALL: [Self; 34] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::SessionEnded,
        Self::Forbidden,
        Self::InsufficientScope,
        Self::NotFound,
        Self::ProxyUnauthorized,
        Self::Conflict,
        Self::Gone,
        Self::PreconditionFailed,
        Self::PayloadTooLarge,
        Self::Unprocessable,
        Self::RateLimited,
        Self::Server,
        Self::Unavailable,
        Self::Timeout(TimeoutPhase::Connect),
        Self::Timeout(TimeoutPhase::Headers),
        Self::Timeout(TimeoutPhase::Idle),
        Self::Timeout(TimeoutPhase::Attempt),
        Self::Timeout(TimeoutPhase::Deadline),
        Self::CredentialUnavailable,
        Self::Connect(ConnectPhase::Dns),
        Self::Connect(ConnectPhase::Proxy),
        Self::Connect(ConnectPhase::Server),
        Self::Tls,
        Self::Reset,
        Self::Protocol,
        Self::Cancelled,
        Self::Decode,
        Self::TooLarge,
        Self::Redirect,
        Self::Paging,
        Self::Builder,
        Self::Other,
    ];
}

impl ErrorKind {
    /// Whether an error of this kind comes of a request that was on its way. The others may come before, or at any time.
    pub(crate) fn comes_after_sending(self) -> bool {
        !matches!(
            self,
            Self::Builder
                | Self::Cancelled
                | Self::CredentialUnavailable
                | Self::Other
                | Self::SessionEnded
                | Self::Timeout(TimeoutPhase::Deadline)
        )
    }
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
            Self::ProxyUnauthorized => "the proxy wants a credential",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::PreconditionFailed => "precondition failed",
            Self::PayloadTooLarge => "payload too large",
            Self::Unprocessable => "not valid",
            Self::RateLimited => "too many requests",
            Self::Server => "server error",
            Self::Unavailable => "service unavailable",
            Self::Timeout(phase) => return phase.fmt(f),
            Self::CredentialUnavailable => "no credential is available",
            Self::Connect(phase) => return phase.fmt(f),
            Self::Tls => "TLS failed",
            Self::Reset => "the connection broke",
            Self::Protocol => "HTTP protocol error",
            Self::Cancelled => "cancelled",
            Self::Decode => "the body could not be decoded",
            Self::TooLarge => "the body is too large",
            Self::Redirect => "the redirect was not followed",
            Self::Paging => "there is no way to the next page",
            Self::Builder => "the request could not be made",
            Self::Other => "the request failed",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every kind there is. A new one doesn't compile until it has its place here.
    pub(crate) fn all() -> Vec<ErrorKind> {
        let mut all = vec![ErrorKind::BadRequest];
        while let Some(next) = after(all[all.len() - 1]) {
            all.push(next);
        }
        all
    }

    fn after(kind: ErrorKind) -> Option<ErrorKind> {
        use ConnectPhase::{Dns, Proxy, Server as Host};
        use ErrorKind::*;
        use TimeoutPhase::{Attempt, Connect as Connecting, Deadline, Headers, Idle};
        Some(match kind {
            BadRequest => Unauthorized,
            Unauthorized => SessionEnded,
            SessionEnded => Forbidden,
            Forbidden => InsufficientScope,
            InsufficientScope => NotFound,
            NotFound => ProxyUnauthorized,
            ProxyUnauthorized => Conflict,
            Conflict => Gone,
            Gone => PreconditionFailed,
            PreconditionFailed => PayloadTooLarge,
            PayloadTooLarge => Unprocessable,
            Unprocessable => RateLimited,
            RateLimited => Server,
            Server => Unavailable,
            Unavailable => Timeout(Connecting),
            Timeout(Connecting) => Timeout(Headers),
            Timeout(Headers) => Timeout(Idle),
            Timeout(Idle) => Timeout(Attempt),
            Timeout(Attempt) => Timeout(Deadline),
            Timeout(Deadline) => CredentialUnavailable,
            CredentialUnavailable => Connect(Dns),
            Connect(Dns) => Connect(Proxy),
            Connect(Proxy) => Connect(Host),
            Connect(Host) => Tls,
            Tls => Reset,
            Reset => Protocol,
            Protocol => Cancelled,
            Cancelled => Decode,
            Decode => TooLarge,
            TooLarge => Redirect,
            Redirect => Paging,
            Paging => Builder,
            Builder => Other,
            Other => return None,
        })
    }

    #[test]
    fn each_kind_has_a_text_of_its_own() {
        let texts: std::collections::HashSet<_> = all().iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), all().len());
        assert_eq!(all(), ErrorKind::ALL);
    }

    /// As the page writes it: `Connect(Dns)`.
    #[test]
    fn the_page_on_errors_names_each_kind_with_cause_and_cure() {
        let page = include_str!("../../../docs/errors.md");
        for kind in all() {
            let named = format!("| `{kind:?}` |");
            let rows: Vec<_> = page
                .lines()
                .filter(|line| line.starts_with(&named))
                .collect();
            let [row] = rows[..] else {
                panic!("{named} must have one row, it has {}", rows.len());
            };
            let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [_, text, cause, cure] = cells[..] else {
                panic!("{row}: name, text, cause, cure");
            };
            assert_eq!(text, kind.to_string(), "{kind:?}");
            assert!(cause.len() > 20 && cure.len() > 10, "{row}");
        }
    }
}

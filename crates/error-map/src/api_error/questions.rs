//! The questions that programs ask most.

use http::StatusCode;

use crate::{ApiError, ConnectPhase, ErrorKind, TimeoutPhase, classify};

impl ApiError {
    /// Whether a later try may help, without anything being changed.
    ///
    /// | kind | |
    /// |---|---|
    /// | `RateLimited`, `Unavailable`, and statuses 408 and 500 | yes, after [`retry_after`](Self::retry_after) if there is one |
    /// | `Timeout` of any phase | yes |
    /// | `Connect` of any phase, `Reset` | yes |
    /// | `CredentialUnavailable` | yes |
    /// | any other status, `Tls`, `Protocol`, `ProxyUnauthorized`, `Cancelled`, `Decode`, `TooLarge`, `Redirect`, `Builder`, `SessionEnded`, `Other` | no |
    ///
    /// Whether the request may be sent twice is another question: if it [may have been sent](Self::may_have_been_sent), the
    /// server may have done what it was asked for. Where a retry layer is installed, it has asked both already.
    pub fn is_transient(&self) -> bool {
        classify::is_transient(self.kind(), self.status())
    }

    /// Whether the caller cancelled the call.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// Whether something took too long, whatever it was.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_))
    }

    /// Whether the deadline of the whole call passed.
    pub fn is_deadline(&self) -> bool {
        self.kind() == ErrorKind::Timeout(TimeoutPhase::Deadline)
    }

    /// Whether no connection came about, in time or at all. An earlier attempt, or the request that was redirected, may have
    /// had one: see [`may_have_been_sent`](Self::may_have_been_sent).
    pub fn is_connect(&self) -> bool {
        let timeout = ErrorKind::Timeout(TimeoutPhase::Connect);
        matches!(self.kind(), ErrorKind::Connect(_)) || self.kind() == timeout
    }

    /// Whether the host's name could not be resolved.
    pub fn is_dns(&self) -> bool {
        self.kind() == ErrorKind::Connect(ConnectPhase::Dns)
    }

    /// Whether TLS failed, for a certificate's sake for example.
    pub fn is_tls(&self) -> bool {
        self.kind() == ErrorKind::Tls
    }

    /// Whether the body was not what the caller asked to decode.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Whether the session is over, so that only a new sign-in helps.
    pub fn is_session_ended(&self) -> bool {
        self.kind() == ErrorKind::SessionEnded
    }

    /// Whether the server refused the credential, or missed one: 401.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ErrorKind::Unauthorized
    }

    /// Whether the credential may not do this: 403, or a scope that it lacks.
    pub fn is_forbidden(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Forbidden | ErrorKind::InsufficientScope
        )
    }

    /// Whether the server said that there is no such resource: 404.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether the request conflicts with the state of the resource: 409.
    pub fn is_conflict(&self) -> bool {
        self.kind() == ErrorKind::Conflict
    }

    /// Whether the server asked for fewer requests: 429.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Whether the answer blames the request: a status of 400 to 499.
    pub fn is_client_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_client_error())
    }

    /// Whether the answer blames the server: a status of 500 to 599.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Whether the answer had this status.
    pub fn is_status(&self, status: StatusCode) -> bool {
        self.status() == Some(status)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::kind::tests::all;

    type Question = fn(&ApiError) -> bool;

    #[test]
    fn each_question_is_answered_with_yes_for_these_kinds_alone() {
        let table: [(Question, &str); 13] = [
            (ApiError::is_cancelled, "Cancelled"),
            (
                ApiError::is_timeout,
                "Timeout(Connect) Timeout(Headers) Timeout(Idle) Timeout(Attempt) Timeout(Deadline)",
            ),
            (ApiError::is_deadline, "Timeout(Deadline)"),
            (
                ApiError::is_connect,
                "Timeout(Connect) Connect(Dns) Connect(Proxy) Connect(Server)",
            ),
            (ApiError::is_dns, "Connect(Dns)"),
            (ApiError::is_tls, "Tls"),
            (ApiError::is_decode, "Decode"),
            (ApiError::is_session_ended, "SessionEnded"),
            (ApiError::is_unauthorized, "Unauthorized"),
            (ApiError::is_forbidden, "Forbidden InsufficientScope"),
            (ApiError::is_not_found, "NotFound"),
            (ApiError::is_conflict, "Conflict"),
            (ApiError::is_rate_limited, "RateLimited"),
        ];
        for (question, kinds) in table {
            let yes = all()
                .into_iter()
                .filter(|kind| question(&ApiError::new(*kind)));
            let yes: Vec<_> = yes.map(|kind| format!("{kind:?}")).collect();
            assert_eq!(yes.join(" "), kinds);
        }
    }

    #[test]
    fn the_family_of_a_status_is_told() {
        for (code, client, server) in [(399, false, false), (404, true, false), (503, false, true)]
        {
            let status = StatusCode::from_u16(code).unwrap();
            let error = ApiError::from_answer(status, HeaderMap::new(), "");
            assert_eq!(error.is_client_error(), client, "{code}");
            assert_eq!(error.is_server_error(), server, "{code}");
            assert!(error.is_status(status) && !error.is_status(StatusCode::OK));
        }
        let reset = ApiError::new(ErrorKind::Reset);
        assert!(!reset.is_client_error() && !reset.is_server_error());
        assert!(!reset.is_status(StatusCode::OK));
    }
}

//! What the gateway answers itself (RFC 9457).

use facade::{ApiError, ErrorKind};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use reqwest::Body;
use serde_json::json;

use crate::admission::Refusal;

/// What the gateway answers itself. Its texts are fixed: what an error says stays in the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// For programs to match.
    pub(crate) code: &'static str,
    detail: &'static str,
}

impl Problem {
    pub(crate) const NO_PATH: Self = Self {
        status: StatusCode::NOT_IMPLEMENTED,
        code: "not_forwarded",
        detail: "The gateway forwards requests for a path: no tunnels, no OPTIONS of the server as a whole.",
    };
    /// RFC 9112 §6.1 asks for this status.
    pub(crate) const CODED_BODY: Self = Self {
        status: StatusCode::NOT_IMPLEMENTED,
        code: "not_forwarded",
        detail: "The gateway knows no transfer coding but chunked.",
    };
    pub(crate) const CODED_ANSWER: Self = Self {
        status: StatusCode::BAD_GATEWAY,
        code: "upstream_protocol",
        detail: "The upstream answered in a transfer coding that nobody asked for.",
    };
    pub(crate) const BROKEN_BODY: Self = Self {
        status: StatusCode::BAD_REQUEST,
        code: "broken_body",
        detail: "The request's body broke off or is not well-formed.",
    };
    pub(crate) const SLOW_BODY: Self = Self {
        status: StatusCode::REQUEST_TIMEOUT,
        code: "slow_body",
        detail: "The request's body did not come by the deadline.",
    };
    pub(crate) const SLOW_TOKENS: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "credential_unavailable",
        detail: "The gateway's token file could not be read by the deadline.",
    };
    pub(crate) const INTERIM: Self = Self {
        status: StatusCode::BAD_GATEWAY,
        code: "upstream_protocol",
        detail: "The upstream switched to a protocol that nobody asked for.",
    };

    pub(crate) fn into_response(self) -> Response<Body> {
        let Self {
            status,
            code,
            detail,
        } = self;
        let document = json!({
            "type": "about:blank",
            // With about:blank the title is the status phrase (RFC 9457 §4.2.1).
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
            "code": code,
        });
        let mut response = Response::new(Body::from(document.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, problem);
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2 asks for one.
            let challenge = HeaderValue::from_static(r#"Bearer realm="gateway""#);
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, code, detail) = match refusal {
            Refusal::NoHost => (
                StatusCode::BAD_REQUEST,
                "no_host",
                "The request needs one Host header, of a host and perhaps a port.",
            ),
            Refusal::OtherHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "other_host",
                "The gateway is not called by this name. If it should be, start it with --allow-host.",
            ),
            Refusal::OtherOrigin => (
                StatusCode::FORBIDDEN,
                "other_origin",
                "The request comes from a page of another origin. If it may, start the gateway with --allow-origin.",
            ),
        };
        Self {
            status,
            code,
            detail,
        }
    }
}

impl From<&ApiError> for Problem {
    fn from(error: &ApiError) -> Self {
        let (status, code, detail) = match error.kind() {
            ErrorKind::SessionEnded => (
                StatusCode::UNAUTHORIZED,
                "session_ended",
                "The gateway's session has ended. Sign in again; the gateway takes what is saved in its token file.",
            ),
            ErrorKind::CredentialUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "credential_unavailable",
                "The gateway's token can't be renewed just now. The session may be fine; try later.",
            ),
            ErrorKind::Timeout(_) => (
                StatusCode::GATEWAY_TIMEOUT,
                "upstream_timeout",
                "The upstream did not answer in time.",
            ),
            ErrorKind::Connect(_) => (
                StatusCode::BAD_GATEWAY,
                "upstream_unreachable",
                "No connection to the upstream came about.",
            ),
            ErrorKind::Tls => (
                StatusCode::BAD_GATEWAY,
                "upstream_tls",
                "TLS with the upstream failed.",
            ),
            ErrorKind::Reset => (
                StatusCode::BAD_GATEWAY,
                "upstream_reset",
                "The upstream broke the connection. It may have done what it was asked for.",
            ),
            ErrorKind::Protocol => (
                StatusCode::BAD_GATEWAY,
                "upstream_protocol",
                "What the upstream answered is not HTTP.",
            ),
            _ => (
                StatusCode::BAD_GATEWAY,
                "upstream_failed",
                "The upstream could not be asked.",
            ),
        };
        Self {
            status,
            code,
            detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use facade::{ConnectPhase, TimeoutPhase};

    use super::*;

    #[test]
    fn each_failure_has_its_status_and_code() {
        use ErrorKind as Kind;
        for (kind, status, code) in [
            (Kind::SessionEnded, 401, "session_ended"),
            (Kind::CredentialUnavailable, 503, "credential_unavailable"),
            (
                Kind::Timeout(TimeoutPhase::Deadline),
                504,
                "upstream_timeout",
            ),
            (
                Kind::Timeout(TimeoutPhase::Connect),
                504,
                "upstream_timeout",
            ),
            (
                Kind::Connect(ConnectPhase::Dns),
                502,
                "upstream_unreachable",
            ),
            (
                Kind::Connect(ConnectPhase::Server),
                502,
                "upstream_unreachable",
            ),
            (Kind::Tls, 502, "upstream_tls"),
            (Kind::Reset, 502, "upstream_reset"),
            (Kind::Protocol, 502, "upstream_protocol"),
            (Kind::Other, 502, "upstream_failed"),
        ] {
            let problem = Problem::from(&ApiError::new(kind));
            assert_eq!((problem.status.as_u16(), problem.code), (status, code));
        }
    }

    #[test]
    fn an_answer_says_what_it_is_and_a_401_asks_for_a_credential() {
        let ended = Problem::from(&ApiError::new(ErrorKind::SessionEnded)).into_response();
        assert_eq!(ended.status(), 401);
        assert_eq!(ended.headers()[CONTENT_TYPE], "application/problem+json");
        assert!(ended.headers().contains_key(WWW_AUTHENTICATE));
        let body = ended.body().as_bytes().unwrap();
        let document: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert_eq!(document["title"], "Unauthorized");
        assert_eq!(document["status"], 401);
        assert_eq!(document["code"], "session_ended");

        let refused = Problem::from(Refusal::OtherHost).into_response();
        assert_eq!(refused.status(), 421);
        assert!(!refused.headers().contains_key(WWW_AUTHENTICATE));
    }
}

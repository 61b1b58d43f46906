//! What an answer of an authorization server says: pure functions.

use std::time::SystemTime;

use http::header::DATE;
use http::{HeaderMap, StatusCode};
use request_context::retry_after;
use serde_json::{Map, Value};
use token_store::TokenSet;

use super::token_answer;
use super::token_endpoint_error::{TokenEndpointError, TokenEndpointErrorKind as Kind};

/// An answer that came whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// When the request went out, on our clock.
    pub(crate) sent_at: SystemTime,
    /// When the answer's head was here, on our clock.
    pub(crate) answered_at: SystemTime,
}

impl Answer {
    /// The tokens of a token endpoint (RFC 6749 §5.1).
    pub(crate) fn into_tokens(self) -> Result<TokenSet, TokenEndpointError> {
        let (status, sent_at, answered_at) = (self.status, self.sent_at, self.answered_at);
        let date = self.date();
        let members = self.into_object()?;
        token_answer::tokens(members, date, sent_at, answered_at).map_err(|invalid| {
            TokenEndpointError::new(Kind::InvalidAnswer)
                .with_status(status)
                .with_source(invalid)
        })
    }

    /// The JSON object of a success, whatever its content type.
    pub(crate) fn into_object(self) -> Result<Map<String, Value>, TokenEndpointError> {
        let object = self.object();
        self.success()?;
        object.ok_or_else(|| TokenEndpointError::new(Kind::InvalidAnswer).with_status(self.status))
    }

    /// Nothing but that it is a success, whatever the body (RFC 7009 §2.2).
    pub(crate) fn success(&self) -> Result<(), TokenEndpointError> {
        let object = self.object();
        let refusal = object.as_ref().and_then(refusal);
        let kind = match self.status {
            status if status.is_server_error() => Kind::Unavailable,
            StatusCode::TOO_MANY_REQUESTS => Kind::RateLimited,
            // Some servers refuse with a 200.
            _ if refusal.is_some() => Kind::Refused,
            status if status.is_success() => return Ok(()),
            _ => Kind::UnexpectedStatus,
        };
        Err(TokenEndpointError::new(kind)
            .with_status(self.status)
            .with_code(refusal.filter(|code| is_harmless(code)))
            .with_retry_after(retry_after(&self.headers, self.answered_at))
            .with_declined(self.is_declined(kind, object.is_some())))
    }

    /// Whether the server has done nothing with what it got. It says so as OAuth has it, or at least in JSON: HTML may come from a
    /// proxy on the way back. One that failed, or took too long (408), may have got far before.
    fn is_declined(&self, kind: Kind, is_object: bool) -> bool {
        match kind {
            Kind::Refused | Kind::RateLimited => true,
            Kind::UnexpectedStatus => {
                let is_late = self.status == StatusCode::REQUEST_TIMEOUT;
                self.status.is_client_error() && !is_late && is_object
            }
            _ => false,
        }
    }

    fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    fn date(&self) -> Option<SystemTime> {
        let date = self.headers.get(DATE)?.to_str().ok()?;
        httpdate::parse_http_date(date).ok()
    }
}

/// The error code of RFC 6749 §5.2. An answer with an access token is none, whatever else it has.
fn refusal(object: &Map<String, Value>) -> Option<&str> {
    if object.get("access_token").is_some_and(Value::is_string) {
        return None;
    }
    object.get("error")?.as_str()
}

/// All registered codes are so. What isn't may be anything, a token that the server repeats for one.
fn is_harmless(code: &str) -> bool {
    (1..=40).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::header::RETRY_AFTER;
    use token_store::ExposeSecret;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800);
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.into(),
            sent_at: now,
            answered_at: now,
        }
    }

    #[test]
    fn statuses_and_bodies_have_a_kind_and_a_code() {
        use Kind::*;
        // status, body, kind, code
        let table = [
            (
                400,
                r#"{"error":"invalid_grant"}"#,
                Refused,
                Some("invalid_grant"),
            ),
            (
                401,
                r#"{"error":"invalid_client"}"#,
                Refused,
                Some("invalid_client"),
            ),
            (
                403,
                r#"{"error":"authorization_pending"}"#,
                Refused,
                Some("authorization_pending"),
            ),
            // Some servers refuse with a 200.
            (
                200,
                r#"{"error":"bad_refresh_token"}"#,
                Refused,
                Some("bad_refresh_token"),
            ),
            // A code that may show a secret.
            (400, r#"{"error":"Hunter2"}"#, Refused, None),
            (400, r#"{"error":"invalid grant: hunter"}"#, Refused, None),
            (400, r#"{"error":""}"#, Refused, None),
            (
                400,
                r#"{"error":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
                Refused,
                None,
            ),
            // No error of OAuth.
            (400, r#"{"error":{"code":400}}"#, UnexpectedStatus, None),
            (400, r#"{"error":null}"#, UnexpectedStatus, None),
            (400, "not json", UnexpectedStatus, None),
            (401, "", UnexpectedStatus, None),
            (404, "<html>", UnexpectedStatus, None),
            (400, r#"["invalid_grant"]"#, UnexpectedStatus, None),
            // A busy or broken server says nothing about the grant.
            (
                429,
                r#"{"error":"slow_down"}"#,
                RateLimited,
                Some("slow_down"),
            ),
            (429, "", RateLimited, None),
            (
                500,
                r#"{"error":"invalid_grant"}"#,
                Unavailable,
                Some("invalid_grant"),
            ),
            (503, "<html>", Unavailable, None),
            // Successes that are none.
            (200, "", InvalidAnswer, None),
            (200, "<html>", InvalidAnswer, None),
            (200, "[]", InvalidAnswer, None),
            (200, "{}", InvalidAnswer, None),
            (204, "", InvalidAnswer, None),
            (200, r#"{"access_token":""}"#, InvalidAnswer, None),
            (200, r#"{"access_token":7}"#, InvalidAnswer, None),
            (200, r#"{"access_token":"a""#, InvalidAnswer, None),
        ];
        for (status, body, kind, code) in table {
            let error = answer(status, body).into_tokens().unwrap_err();
            assert_eq!(error.kind(), kind, "{status} {body}");
            assert_eq!(error.code(), code, "{status} {body}");
            assert_eq!(error.status().unwrap(), status, "{body}");
        }
    }

    #[test]
    fn an_answer_with_an_access_token_is_no_refusal() {
        for (status, body) in [
            (200, r#"{"access_token":"a1"}"#),
            (201, r#"{"access_token":"a1"}"#),
            (200, r#"{"access_token":"a1","error":""}"#),
        ] {
            let tokens = answer(status, body).into_tokens().unwrap();
            assert_eq!(tokens.access().expose_secret(), "a1");
        }
    }

    #[test]
    fn a_busy_server_says_how_long_to_wait() {
        let wait = |value: &'static str| {
            let mut answer = answer(429, "");
            answer.headers.insert(RETRY_AFTER, value.parse().unwrap());
            answer.success().unwrap_err().retry_after()
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            wait("Thu, 01 Jan 2026 12:00:30 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(wait("Thu, 01 Jan 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("+7"), None);
    }
}

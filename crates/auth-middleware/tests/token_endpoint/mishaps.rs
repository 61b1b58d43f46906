//! Everything that a token endpoint may answer but tokens. Whatever a server may say, there is a secret in it.

use std::time::Duration;

use auth_middleware::TokenEndpoint;
use auth_middleware::TokenEndpointErrorKind::{self, *};
use testkit::{Behaviour, FaultServer, Reply};

pub(super) struct Mishap {
    pub(super) name: &'static str,
    pub(super) behaviour: Behaviour,
    pub(super) rejected: bool,
    pub(super) kind: TokenEndpointErrorKind,
    pub(super) status: Option<u16>,
    pub(super) code: Option<&'static str>,
    /// Whether only the timeout ends it.
    pub(super) hangs: bool,
}

impl Mishap {
    fn new(
        name: &'static str,
        behaviour: impl Into<Behaviour>,
        kind: TokenEndpointErrorKind,
        status: impl Into<Option<u16>>,
    ) -> Self {
        Self {
            name,
            behaviour: behaviour.into(),
            rejected: false,
            kind,
            status: status.into(),
            code: None,
            hangs: false,
        }
    }

    fn refusal(status: u16, code: &'static str) -> Self {
        let json = format!(
            r#"{{"error":"{code}","error_description":"hunter2","error_uri":"https://as.test/hunter2"}}"#
        );
        Self {
            rejected: code == "invalid_grant",
            code: Some(code),
            ..Self::new(code, Reply::json(status, json), Refused, status)
        }
    }

    fn hang(name: &'static str, behaviour: Behaviour, status: Option<u16>) -> Self {
        Self {
            hangs: true,
            ..Self::new(name, behaviour, TimedOut, status)
        }
    }
}

/// An endpoint with a short patience for a server that hangs.
pub(super) fn patient(server: &FaultServer, hangs: bool) -> TokenEndpoint {
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli");
    if hangs {
        return endpoint.timeout(Duration::from_millis(50)).build().unwrap();
    }
    endpoint.timeout(Duration::from_secs(60)).build().unwrap()
}

fn html(status: u16) -> Reply {
    Reply::status(status)
        .header("content-type", "text/html")
        .body("<html>hunter2</html>")
}

fn large() -> Vec<u8> {
    b"hunter2 ".repeat(10 * 1024 * 1024 / 8)
}

fn tokens() -> Reply {
    let json = r#"{"access_token":"hunter2","refresh_token":"hunter2"}"#;
    Reply::json(200, json)
}

pub(super) fn mishaps() -> Vec<Mishap> {
    vec![
        // RFC 6749 §5.2
        Mishap::refusal(400, "invalid_request"),
        Mishap::refusal(401, "invalid_client"),
        Mishap::refusal(400, "invalid_client"),
        Mishap::refusal(400, "invalid_grant"),
        Mishap::refusal(401, "invalid_grant"),
        Mishap::refusal(400, "unauthorized_client"),
        Mishap::refusal(400, "unsupported_grant_type"),
        Mishap::refusal(400, "invalid_scope"),
        // RFC 8707 §2
        Mishap::refusal(400, "invalid_target"),
        // No error of OAuth
        Mishap::new(
            "400 garbage",
            Reply::status(400).body("hunter2"),
            UnexpectedStatus,
            400,
        ),
        Mishap::new("401 empty", Reply::status(401), UnexpectedStatus, 401),
        Mishap::new("403 HTML", html(403), UnexpectedStatus, 403),
        Mishap::new("404 HTML", html(404), UnexpectedStatus, 404),
        Mishap::new(
            "400 with another JSON",
            Reply::json(400, r#"{"error":{"code":"hunter2"}}"#),
            UnexpectedStatus,
            400,
        ),
        Mishap::new(
            "400 with a code that is none",
            Reply::json(400, r#"{"error":"hunter2"}"#),
            Refused,
            400,
        ),
        // Successes that are none
        Mishap::new("200 HTML", html(200), InvalidAnswer, 200),
        Mishap::new("200 empty", Reply::status(200), InvalidAnswer, 200),
        Mishap::new("204", Reply::status(204), InvalidAnswer, 204),
        Mishap::new(
            "200 without an access token",
            Reply::json(200, r#"{"refresh_token":"hunter2"}"#),
            InvalidAnswer,
            200,
        ),
        Mishap::new(
            "200 with half a JSON",
            Reply::json(200, r#"{"access_token":"hunter2""#),
            InvalidAnswer,
            200,
        ),
        // Redirects
        Mishap::new(
            "302",
            Reply::status(302).header("location", "/other?hunter2"),
            Redirected,
            302,
        ),
        Mishap::new("304", Reply::status(304), Redirected, 304),
        // Busy and broken
        Mishap::new("429", html(429), RateLimited, 429),
        Mishap::new("500", html(500), Unavailable, 500),
        Mishap::new("503", Reply::status(503).body(large()), Unavailable, 503),
        // Too much
        Mishap::new("10 MiB", Reply::status(200).body(large()), TooLarge, 200),
        Mishap::new(
            "10 MiB that are promised and never come",
            Behaviour::HangInBody {
                reply: Reply::status(200).body(large()),
                sent: 20,
            },
            TooLarge,
            200,
        ),
        Mishap::new(
            "10 MiB of unknown length",
            Reply::status(200).chunk(large()).chunk("."),
            TooLarge,
            200,
        ),
        Mishap::new(
            "10 MiB of 400",
            Reply::status(400).body(large()),
            TooLarge,
            400,
        ),
        // The network
        Mishap::new(
            "truncated",
            Behaviour::Truncate {
                reply: tokens(),
                sent: 20,
            },
            Interrupted,
            200,
        ),
        Mishap::new("closed", Behaviour::CloseEarly, Interrupted, None),
        Mishap::new("reset", Behaviour::ResetAfterReading, Interrupted, None),
        Mishap::new("not HTTP", Behaviour::garbage(), Interrupted, None),
        Mishap::hang("no headers", Behaviour::HangBeforeHeaders, None),
        Mishap::hang(
            "no end of the body",
            Behaviour::HangInBody {
                reply: tokens(),
                sent: 20,
            },
            None,
        ),
    ]
}

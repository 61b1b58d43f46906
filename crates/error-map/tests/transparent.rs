//! Wrappers that forward the text and the source of what they wrap, and hide the rest.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use async_trait::async_trait;
use error_map::{ApiError, ConnectPhase, ErrorKind, ErrorMapMiddleware, TimeoutPhase};
use http::{Extensions, HeaderMap, Method, StatusCode};
use request_context::{
    Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, RedirectRefusal,
    RedirectRefused, SessionEnded,
};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use testkit::{Answer, Reply, ScriptedTransport};

const URL: &str = "http://ada:hunter2@api.test/users/7?key=hunter2";

/// As `thiserror`'s documentation has it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Transparent(#[from] Error);

#[derive(Debug, thiserror::Error)]
#[error("a layer failed")]
struct Layer(#[source] Transparent);

struct Wraps(fn(Error) -> Error);

#[async_trait]
impl Middleware for Wraps {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        next.run(request, extensions).await.map_err(self.0)
    }
}

const WRAPS: [fn(Error) -> Error; 3] = [
    |error| Error::middleware(Transparent(error)),
    |error| Error::middleware(Layer(Transparent(error))),
    |error| Error::middleware(Transparent(Error::middleware(Transparent(error)))),
];

type Answers = fn() -> Answer;

/// What comes of this answer, wrapped above the error map.
async fn errors(answer: Answers) -> Vec<ApiError> {
    let mut errors = Vec::new();
    for wrap in WRAPS {
        let transport = ScriptedTransport::new().then(answer());
        let client =
            transport.client_with(|chain| chain.with(Wraps(wrap)).with(ErrorMapMiddleware::new()));
        errors.push(client.get(URL).send().await.unwrap_err().into());
    }
    errors
}

#[test]
fn what_an_error_came_of_is_not_taken_for_it() {
    let refused = || ApiError::from_answer(StatusCode::BAD_REQUEST, HeaderMap::new(), "{}");
    let table: [(Error, ErrorKind); 3] = [
        (
            Error::middleware(SessionEnded::rejected(refused())),
            ErrorKind::SessionEnded,
        ),
        (
            Error::middleware(CredentialUnavailable::new(refused())),
            ErrorKind::CredentialUnavailable,
        ),
        (
            Error::middleware(
                ApiError::with_source(ErrorKind::Unavailable, refused())
                    .for_request(&Method::GET, &"http://api.test/users".parse().unwrap()),
            ),
            ErrorKind::Unavailable,
        ),
    ];
    for (error, kind) in table {
        let error = ApiError::from(Error::middleware(Transparent(error)));
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test]
async fn the_error_of_a_layer_is_known_by_its_words() {
    let table: [(Answers, ErrorKind); 8] = [
        (|| Answer::fail(Cancelled::new()), ErrorKind::Cancelled),
        (
            || Answer::fail(Cancelled::because("the screen was left")),
            ErrorKind::Cancelled,
        ),
        (
            || Answer::fail(DeadlineExceeded::new()),
            ErrorKind::Timeout(TimeoutPhase::Deadline),
        ),
        (
            || Answer::fail(HeadersTimedOut::new()),
            ErrorKind::Timeout(TimeoutPhase::Headers),
        ),
        (
            || Answer::fail(SessionEnded::signed_out()),
            ErrorKind::SessionEnded,
        ),
        (
            || Answer::fail(SessionEnded::rejected("invalid_grant")),
            ErrorKind::SessionEnded,
        ),
        (
            || Answer::fail(CredentialUnavailable::new("busy")),
            ErrorKind::CredentialUnavailable,
        ),
        (
            || Answer::fail(RedirectRefused::new(RedirectRefusal::Insecure)),
            ErrorKind::Redirect,
        ),
    ];
    for (answer, kind) in table {
        for error in errors(answer).await {
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }
}

#[tokio::test]
async fn an_error_of_reqwests_is_known_by_its_words_and_its_sources() {
    let table: [(Answers, ErrorKind); 2] = [
        (
            Answer::fail_to_connect,
            ErrorKind::Connect(ConnectPhase::Dns),
        ),
        (Answer::time_out, ErrorKind::Timeout(TimeoutPhase::Attempt)),
    ];
    for (answer, kind) in table {
        for error in errors(answer).await {
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_known_by_its_words() {
    let table: [(Answers, ErrorKind, &str); 3] = [
        (
            || Reply::status(404).into(),
            ErrorKind::NotFound,
            "not found (404)",
        ),
        (
            || Reply::status(418).into(),
            ErrorKind::Other,
            "status 418 I'm a teapot",
        ),
        (
            || Reply::status(504).into(),
            ErrorKind::Unavailable,
            "service unavailable (504)",
        ),
    ];
    for (answer, kind, text) in table {
        let text = format!("{text}: GET http://api.test/users/7");
        for error in errors(answer).await {
            assert_eq!(error.kind(), kind);
            assert_eq!(error.to_string(), text);
            assert!(error.status().is_some());
            assert_eq!(error.method(), Some(&Method::GET));
            assert!(!error.is_body_complete(), "its body is lost");
        }
    }
}

/// Whose text only looks like one of ours.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Says(&'static str);

#[test]
fn words_that_anyone_may_say_mean_nothing() {
    for words in [
        "not found",
        "not found: users/7",
        "not found (404)",
        "not found (404): the user",
        "cancelled",
        "the call was cancelled by ada",
        "status 404",
        "error sending request to the printer",
        "unavailable (503): GET http://api.test/",
    ] {
        let error = ApiError::from(Error::middleware(Says(words)));
        assert_eq!(error.kind(), ErrorKind::Other, "{words}");
        assert!(error.status().is_none());
    }
}

//! Which answers are errors, and how they are read.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use error_map::{ApiError, ErrorDetails, ErrorFor, ErrorKind, ErrorMapMiddleware, FieldError};
use http::{HeaderName, StatusCode};
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Reply, ScriptedTransport};

const URL: &str = "http://api.test/users/7";

fn client(layer: ErrorMapMiddleware, reply: Reply) -> ClientWithMiddleware {
    let transport = ScriptedTransport::new().otherwise(reply);
    transport.client_with(|chain| chain.with(layer))
}

async fn error(layer: ErrorMapMiddleware, reply: Reply) -> ApiError {
    let sent = client(layer, reply).get(URL).send().await;
    sent.unwrap_err().into()
}

#[tokio::test]
async fn a_client_says_which_statuses_are_errors() {
    let is_error = |status: StatusCode| !status.is_success() && status != StatusCode::NOT_FOUND;
    let layer = ErrorMapMiddleware::new().error_for(is_error);
    for (status, kind) in [
        (200, None),
        (304, Some(ErrorKind::Other)),
        (303, Some(ErrorKind::Redirect)),
        (404, None),
        (500, Some(ErrorKind::Server)),
    ] {
        let reply = Reply::status(status).body("whole");
        match client(layer.clone(), reply).get(URL).send().await {
            Ok(response) => {
                assert_eq!((response.status().as_u16(), kind), (status, None));
                assert_eq!(response.text().await.unwrap(), "whole");
            }
            Err(error) => assert_eq!(Some(ApiError::from(error).kind()), kind, "{status}"),
        }
    }
}

#[tokio::test]
async fn a_request_says_otherwise() {
    let never = ErrorMapMiddleware::new().error_for(|_| false);
    for layer in [ErrorMapMiddleware::new(), never] {
        let client = client(layer, Reply::status(404).body("whole"));
        let request = || client.get(URL);
        let passed = request().with_extension(ErrorFor::none()).send().await;
        assert_eq!(passed.unwrap().text().await.unwrap(), "whole");
        let is_error = ErrorFor::statuses(|status| status == StatusCode::NOT_FOUND);
        let error = request().with_extension(is_error).send().await.unwrap_err();
        assert!(ApiError::from(error).is_not_found());
    }
}

#[tokio::test]
async fn a_client_names_the_headers_with_the_servers_name_for_a_request() {
    let reply = || {
        Reply::status(500)
            .header("x-request-id", "r1")
            .header("x-trace", "t1")
    };
    let usual = error(ErrorMapMiddleware::new(), reply()).await;
    assert_eq!(usual.request_id(), Some("r1"));
    let names = ["x-other", "x-trace"].map(HeaderName::from_static);
    let own = error(ErrorMapMiddleware::new().request_id_headers(names), reply()).await;
    assert_eq!(own.request_id(), Some("t1"));
    let none = error(ErrorMapMiddleware::new().request_id_headers([]), reply()).await;
    assert_eq!(none.request_id(), None);
}

#[tokio::test]
async fn a_closure_reads_what_an_api_says_once_and_the_rest_is_read_as_usual() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let layer = ErrorMapMiddleware::new().extract_with(move |answer| {
        counted.fetch_add(1, Ordering::Relaxed);
        assert!(answer.is_complete() && answer.status() == 422);
        let code = answer.headers().get("x-code")?.to_str().ok()?;
        let field = FieldError::new("age").with_code("low");
        Some(ErrorDetails::new().with_code(code).with_field_error(field))
    });
    let body = r#"{"code": "usual", "message": "as usual"}"#;
    let own = Reply::json(422, body).header("x-code", "own");
    let own = error(layer.clone(), own).await;
    assert_eq!(calls.load(Ordering::Relaxed), 0, "nobody has asked yet");
    assert_eq!((own.code(), own.message()), (Some("own"), Some("as usual")));
    assert_eq!(own.field_errors()[0].code(), Some("low"));
    assert_eq!(calls.load(Ordering::Relaxed), 1);

    let usual = error(layer, Reply::json(422, body)).await;
    assert_eq!(usual.code(), Some("usual"));
    assert!(usual.field_errors().is_empty());
}

#[tokio::test]
async fn a_closure_can_build_on_what_is_read_as_usual() {
    let layer = ErrorMapMiddleware::new().extract_with(|answer| {
        let usual = answer.details();
        let message = format!("{}!", usual.message()?);
        Some(usual.with_message(message))
    });
    let error = error(layer, Reply::json(400, r#"{"error": "no"}"#)).await;
    assert_eq!((error.message(), error.code()), (Some("no!"), Some("no")));
}

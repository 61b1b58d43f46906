//! Closures that end a call with an error of their own choice.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use facade::{ApiError, Client, ClientBuilder, ErrorKind, Place};
use http::{HeaderMap, Method, StatusCode};
use testkit::{Reply, ScriptedTransport};

fn over(transport: &ScriptedTransport) -> ClientBuilder {
    Client::builder("https://api.test")
        .retry(None)
        .middleware(Place::Attempt, transport.clone())
}

#[tokio::test]
async fn a_request_that_a_hook_keeps_back_was_never_sent_whatever_the_hook_calls_that() {
    let transport = ScriptedTransport::new();
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::CredentialUnavailable,
        ErrorKind::Cancelled,
    ] {
        let refuses = over(&transport).on_request(move |_| Err(ApiError::new(kind).into()));
        let client = refuses.build().unwrap();
        let error = client.post("payments").send().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.url().unwrap().path(), "/payments");
        assert_eq!((error.attempts(), error.may_have_been_sent()), (0, false));
    }
    transport.assert_count(0);
}

fn envelope() -> Reply {
    Reply::json(200, r#"{"ok": false, "error": "quota_exceeded"}"#)
}

#[tokio::test]
async fn a_body_that_is_an_error_in_an_envelope_ends_the_call_as_what_the_closure_calls_it() {
    let transport = ScriptedTransport::new().otherwise(envelope());
    let client = over(&transport)
        .transform_body(|_, _| Err(ApiError::new(ErrorKind::RateLimited).into()))
        .build()
        .unwrap();
    let error = client.get("me").fetch::<u8>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.code(), Some("quota_exceeded"));
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.url().unwrap().path(), "/me");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn the_error_of_another_call_stays_that_calls_where_a_body_ends_with_it() {
    let transport = ScriptedTransport::new().otherwise(envelope());
    let client = over(&transport)
        .transform_body(|_, _| {
            let refused = ApiError::from_answer(StatusCode::UNAUTHORIZED, HeaderMap::new(), "");
            let url = "https://keys.test/key".parse()?;
            Err(refused.for_request(&Method::POST, &url).into())
        })
        .build()
        .unwrap();
    let answer = client.get("me").send().await.unwrap();
    let error = answer.bytes().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(error.url().unwrap().as_str(), "https://keys.test/key");
}

//! The repository layer of the example, over a scripted transport: each answer in the words of its domain.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "../src/bin/repository_layer/messages.rs"]
mod messages;

use std::time::Duration;

use facade::{Client, Place, SessionEnded};
use messages::{Draft, Message, MessageError, Messages, Objection};
use testkit::{Answer, Reply, ScriptedTransport};

fn messages(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (Messages, ScriptedTransport) {
    let transport = ScriptedTransport::new().respond_with(move |_| answer());
    let client = Client::builder("https://api.test")
        .middleware(Place::Attempt, transport.clone())
        .retry(None)
        .build()
        .unwrap();
    (Messages::new(client), transport)
}

fn draft() -> Draft {
    Draft {
        name: "monday".to_owned(),
        text: "Good morning".to_owned(),
    }
}

fn problem(status: u16, body: &'static str) -> impl Fn() -> Answer + Send + Sync {
    move || {
        let reply = Reply::status(status).body(body);
        let reply = reply.header("content-type", "application/problem+json");
        reply.header("retry-after", "7").into()
    }
}

#[tokio::test]
async fn a_message_is_found() {
    let body = r#"{"id": 7, "author": "ada", "text": "Hello"}"#;
    let (messages, transport) = messages(move || Reply::json(200, body).into());
    let found = messages.find(7).await.unwrap();
    let expected = Message {
        id: 7,
        author: "ada".to_owned(),
        text: "Hello".to_owned(),
    };
    assert_eq!(found, Some(expected));
    assert_eq!(transport.requests()[0].path(), "/messages/7");
}

#[tokio::test]
async fn a_message_that_is_not_there_is_none() {
    for status in [404, 410] {
        let (messages, _) = messages(problem(status, "{}"));
        assert_eq!(messages.find(7).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_draft_that_is_not_valid_tells_what_is_wrong_with_it() {
    let body =
        r#"{"code": "invalid_message", "errors": [{"pointer": "/text", "detail": "is empty"}]}"#;
    let (messages, transport) = messages(problem(422, body));
    let MessageError::Invalid(objections) = messages.write(&draft()).await.unwrap_err() else {
        panic!("it is not valid");
    };
    let expected = Objection {
        part: "text".to_owned(),
        reason: "is empty".to_owned(),
    };
    assert_eq!(objections, [expected]);
    let sent = &transport.requests()[0];
    assert_eq!(sent.header("idempotency-key"), Some("monday"));
    assert_eq!(sent.body(), r#"{"text":"Good morning"}"#);
}

#[tokio::test]
async fn a_name_that_another_draft_had_is_taken() {
    let (messages, _) = messages(problem(422, r#"{"code": "idempotency_key_reused"}"#));
    let error = messages.write(&draft()).await.unwrap_err();
    assert!(matches!(error, MessageError::NameTaken), "{error:?}");
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so() {
    let refused = problem(401, "{}");
    let ended = || Answer::fail(SessionEnded::signed_out());
    for (messages, _) in [messages(refused), messages(ended)] {
        let error = messages.find(7).await.unwrap_err();
        assert!(matches!(error, MessageError::SignedOut), "{error:?}");
    }
}

#[tokio::test]
async fn what_may_be_over_later_is_out_of_reach() {
    let seven = Some(Duration::from_secs(7));
    let busy = problem(503, "{}");
    for ((messages, _), expected) in [
        (messages(busy), seven),
        (messages(Answer::fail_to_connect), None),
        (messages(Answer::time_out), None),
    ] {
        let error = messages.find(7).await.unwrap_err();
        let MessageError::OutOfReach { again, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(again, expected);
    }
}

#[tokio::test]
async fn anything_else_is_a_failure_with_its_reason() {
    let (messages, _) = messages(|| Reply::json(200, r#"{"id": "x"}"#).into());
    let MessageError::Failed(reason) = messages.find(7).await.unwrap_err() else {
        panic!("nobody foresaw it");
    };
    let text = "the body could not be decoded (200): GET https://api.test/messages/7";
    assert_eq!(reason.to_string(), text);
}

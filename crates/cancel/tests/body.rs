//! The response body of a call that can be cancelled.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use cancel::{CancelOn, CancelScope, Cancelled};
use request_context::BoxError;
use support::{Task, URL, client, ended, in_body, seconds};
use testkit::{Gate, Reply, ScriptedTransport};
use tokio_util::sync::CancellationToken;

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_body_that_is_still_arriving_with_a_typed_error() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let token = CancellationToken::new();
    let cancel = CancelOn::new(&token).because("enough");
    let request = client(&transport).get(URL).with_extension(cancel);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");

    let rest = tokio::spawn(async move { response.chunk().await });
    tokio::task::yield_now().await;
    token.cancel();
    let error = ended(rest).await.unwrap_err();
    assert_eq!(in_body(&error), Some(&Cancelled::because("enough")));
}

#[tokio::test(start_paused = true)]
async fn cancelling_between_headers_and_body_ends_the_body() {
    let transport = ScriptedTransport::new().reply(Reply::status(200).body("all"));
    let token = CancellationToken::new();
    let cancel = CancelOn::new(&token).because("enough");
    let request = client(&transport).get(URL).with_extension(cancel);
    let response = request.send().await.unwrap();
    token.cancel();
    let error = response.bytes().await.unwrap_err();
    assert_eq!(in_body(&error), Some(&Cancelled::because("enough")));
}

#[tokio::test(start_paused = true)]
async fn the_second_of_two_tokens_ends_the_body_for_its_reason() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let cancel = CancelOn::new(&first).because("first");
    let cancel = cancel.or(&second).because("second");
    let request = client(&transport).get(URL).with_extension(cancel);
    let response = request.send().await.unwrap();
    let body = tokio::spawn(response.bytes());
    tokio::task::yield_now().await;
    second.cancel();
    let error = ended(body).await.unwrap_err();
    assert_eq!(in_body(&error), Some(&Cancelled::because("second")));
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_dropped_ends_a_body_that_is_still_arriving() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let scope = CancelScope::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&scope));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");

    let rest = tokio::spawn(async move { response.chunk().await });
    tokio::task::yield_now().await;
    assert!(!rest.is_finished());
    drop(scope);
    let error = ended(rest).await.unwrap_err();
    let ended = Cancelled::because("its scope has ended");
    assert_eq!(in_body(&error), Some(&ended));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_cancelled_is_over() {
    let transport = ScriptedTransport::new().reply(Reply::status(200).chunk("a").then_repeat());
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "a");
    token.cancel();
    assert!(response.chunk().await.is_err());
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_has_ended_is_not_cancelled_after_all() {
    let transport = ScriptedTransport::new().reply(Reply::status(200).body("all"));
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "all");
    assert_eq!(response.chunk().await.unwrap(), None);
    token.cancel();
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_broke_off_leaves_the_tokens_and_keeps_its_error() {
    let reply = Reply::status(200).chunk("first").then_break_off();
    let transport = ScriptedTransport::new().reply(reply);
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let mut response = request.send().await.unwrap();
    response.chunk().await.unwrap();
    let error = response.chunk().await.unwrap_err();
    assert!(error.is_decode() && in_body(&error).is_none());
    token.cancel();
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_wrapped_response_keeps_what_the_caller_may_ask_for() {
    let reply = Reply::status(206).header("x-kept", "yes").body("1234567");
    let transport = ScriptedTransport::new().repeat(2, &reply);
    let client = client(&transport);
    let plain = client.get(URL).send().await.unwrap();
    let token = CancellationToken::new();
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    let wrapped = request.send().await.unwrap();
    assert_eq!(wrapped.status(), plain.status());
    assert_eq!(wrapped.version(), plain.version());
    assert_eq!(wrapped.headers(), plain.headers());
    assert_eq!(wrapped.url().as_str(), URL);
    assert_eq!(wrapped.content_length(), Some(7));
    assert_eq!(wrapped.bytes().await.unwrap(), "1234567");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_has_ended_leaves_the_tokens_while_the_response_is_kept() {
    let gate = Gate::new();
    let reply = Reply::status(200)
        .chunk("first")
        .pause_at(&gate)
        .chunk("second");
    let transport = ScriptedTransport::new().reply(reply);
    let (token, other) = (CancellationToken::new(), CancellationToken::new());
    let cancel = CancelOn::new(&token).or(&other);
    let request = client(&transport).get(URL).with_extension(cancel);
    let mut response = request.send().await.unwrap();
    response.chunk().await.unwrap();

    let task = Task::default();
    let mut rest = Box::pin(response.chunk());
    assert!(task.poll(&mut rest).is_pending());
    assert_eq!(task.wakers(), 3, "the gate's and one in each token");
    gate.open();
    assert!(task.poll(&mut rest).is_ready());
    drop(rest);
    assert!(task.poll(&mut Box::pin(response.chunk())).is_ready());
    assert_eq!(task.wakers(), 0);
    assert_eq!(response.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_dropped_leaves_the_tokens() {
    let reply = Reply::status(200).chunk("first").pause(seconds(9));
    let transport = ScriptedTransport::new().otherwise(reply.chunk("second"));
    let client = client(&transport);
    let token = CancellationToken::new();
    let task = Task::default();
    for _ in 0..100 {
        let request = client.get(URL).with_extension(CancelOn::new(&token));
        let mut body = Box::pin(request.send().await.unwrap().bytes());
        assert!(task.poll(&mut body).is_pending());
    }
    assert_eq!(task.wakers(), 0);
}

#[test]
fn the_typed_errors_can_cross_threads() {
    let error = BoxError::from(Cancelled::because("enough"));
    assert_eq!(error.to_string(), "the call was cancelled: enough");
}

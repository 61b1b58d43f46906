//! Requests that carry something of the caller's own.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use refresh_queue::{RefreshMiddleware, RefreshQueue};
use request_context::{Origin, WithCredential};
use support::{Refresher, Token};
use testkit::{Reply, ScriptedTransport};

const URL: &str = "http://localhost/me";

#[tokio::test(start_paused = true)]
async fn a_header_of_the_callers_own_is_not_replaced_and_not_judged() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let refresher = Refresher::new();
    let key = Token::named("session").in_header("x-api-key");
    let queue = RefreshQueue::builder(refresher.clone())
        .credential(key)
        .build();
    let origin: Origin = URL.parse().unwrap();
    let layer = RefreshMiddleware::new(queue, origin).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(layer));
    let answer = client.get(URL).header("x-api-key", "own").send().await;
    assert_eq!(answer.unwrap().status(), 401);
    assert_eq!(transport.last().unwrap().header("x-api-key"), Some("own"));
    assert_eq!(refresher.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_credential_of_its_own_has_no_part_in_the_session() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let refresher = Refresher::new();
    let queue = RefreshQueue::new(refresher.clone());
    let origin: Origin = URL.parse().unwrap();
    let layer = RefreshMiddleware::new(queue, origin).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(layer));
    let own = WithCredential::new(Token::named("own"));
    let answer = client.get(URL).with_extension(own).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let sent = transport.last().unwrap();
    assert_eq!(sent.header("authorization"), Some("Bearer own"));
    assert_eq!(refresher.runs(), 0);
}

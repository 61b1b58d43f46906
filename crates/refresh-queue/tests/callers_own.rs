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

#[tokio::test(start_paused = true)]
async fn a_credential_for_one_request_replaces_no_header_of_the_callers_own() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let origin: Origin = URL.parse().unwrap();
    let queue = RefreshQueue::new(Refresher::new());
    let layer = RefreshMiddleware::new(queue, origin).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(layer));
    let own = WithCredential::new(Token::named("other").in_header("x-api-key"));
    let request = client.get(URL).with_extension(own);
    request.header("x-api-key", "mine").send().await.unwrap();
    assert_eq!(transport.last().unwrap().header("x-api-key"), Some("mine"));
}

#[tokio::test(start_paused = true)]
async fn a_cookie_of_the_callers_own_goes_beside_the_sessions() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let cookie = Token::named("session").in_header("cookie");
    let queue = RefreshQueue::builder(Refresher::new())
        .credential(cookie)
        .build();
    let origin: Origin = URL.parse().unwrap();
    let layer = RefreshMiddleware::new(queue, origin).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(layer));
    let request = client.get(URL).header("cookie", "lang=de");
    request.send().await.unwrap();
    let sent = transport.last().unwrap();
    assert_eq!(sent.header("cookie"), Some("lang=de; Bearer session"));
}

/// Sends each request twice, as a retry layer does that doesn't count.
struct Twice;

#[async_trait::async_trait]
impl reqwest_middleware::Middleware for Twice {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut http::Extensions,
        next: reqwest_middleware::Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let again = request.try_clone().unwrap();
        next.clone().run(request, extensions).await?;
        next.run(again, extensions).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_for_which_no_session_is_chosen_hands_down_nothing_of_the_one_before() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let queue = RefreshQueue::builder(Refresher::new());
    let queue = queue.credential(Token::named("session")).build();
    let left = std::sync::Mutex::new(Some(queue));
    let origin: Origin = URL.parse().unwrap();
    let layer = RefreshMiddleware::choosing(origin, move |_, _| left.lock().unwrap().take());
    let handed = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&handed);
    let look = support::layer(move |call| seen.lock().unwrap().push(call.credential().is_some()));
    let client = transport.client_with(|chain| chain.with(Twice).with(layer).with(look));
    client.get(URL).send().await.unwrap();
    assert_eq!(*handed.lock().unwrap(), [true, false]);
}

//! A credential that was obtained just now, and a server whose clock is behind.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use refresh_queue::{RefreshMiddleware, RefreshQueue};
use request_context::{Call, Instant, Origin, Verdict};
use reqwest::{Body, Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next};
use support::{Refresher, Token};
use testkit::{Reply, ScriptedTransport};

const URL: &str = "http://localhost/me";
const TWO_SECONDS: Duration = Duration::from_secs(2);

/// Judges each 401 as a layer does that knows the server's clock: `old` is invalid, whatever else not valid yet.
struct Judge;

#[async_trait]
impl Middleware for Judge {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let call = Call::of(extensions);
        let credential = call.credential().unwrap();
        credential.apply(&mut request).await.unwrap();
        let response = next.run(request, extensions).await?;
        if response.status() == 401 {
            call.judge(match support::bearer(&credential) {
                "Bearer old" => Verdict::InvalidToken,
                _ => Verdict::NotYetValid {
                    retry_after: TWO_SECONDS,
                },
            });
        }
        Ok(response)
    }
}

fn client(transport: &ScriptedTransport, queue: &RefreshQueue<Token>) -> ClientWithMiddleware {
    let origin: Origin = URL.parse().unwrap();
    let layer = RefreshMiddleware::new(queue.clone(), origin);
    transport.client_with(|chain| chain.with(layer).with(Judge))
}

fn queue_with(token: &str, refresher: &Refresher) -> RefreshQueue<Token> {
    let queue = RefreshQueue::builder(refresher.clone());
    queue.credential(Token::named(token)).build()
}

fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let tokens = requests.iter().map(|sent| sent.header("authorization"));
    tokens.map(|token| token.unwrap().to_owned()).collect()
}

async fn call(client: &ClientWithMiddleware, within: Option<Duration>) -> (u16, Arc<Call>) {
    let mut extensions = Extensions::new();
    let call = Call::of(&mut extensions);
    if let Some(within) = within {
        call.set_deadline(Instant::now() + within);
    }
    let request = client.get(URL).build().unwrap();
    let outcome = client
        .execute_with_extensions(request, &mut extensions)
        .await;
    (outcome.unwrap().status().as_u16(), call)
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_comes_too_early_is_sent_again_shortly_and_not_renewed_once_more() {
    let transport = ScriptedTransport::new()
        .repeat(2, &Reply::status(401))
        .otherwise(Reply::status(200));
    let refresher = Refresher::new();
    let client = client(&transport, &queue_with("old", &refresher));
    let begun = Instant::now();
    let (status, call) = call(&client, None).await;
    assert_eq!((status, call.attempts()), (200, 3));
    assert_eq!((begun.elapsed(), call.waited()), (TWO_SECONDS, TWO_SECONDS));
    assert_eq!(
        sent(&transport),
        ["Bearer old", "Bearer token-1", "Bearer token-1"]
    );
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_too_early_at_first_is_not_renewed() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(401))
        .otherwise(Reply::status(200));
    let refresher = Refresher::new();
    let client = client(&transport, &queue_with("new", &refresher));
    let (status, call) = call(&client, None).await;
    assert_eq!((status, call.attempts()), (200, 2));
    assert_eq!(refresher.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_for_good_goes_up_after_one_more_try() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let refresher = Refresher::new();
    let client = client(&transport, &queue_with("old", &refresher));
    let (status, call) = call(&client, None).await;
    assert_eq!((status, call.attempts()), (401, 3));
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_deadline_comes_first_the_refusal_goes_up_at_once() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let refresher = Refresher::new();
    let client = client(&transport, &queue_with("new", &refresher));
    let begun = Instant::now();
    let (status, call) = call(&client, Some(TWO_SECONDS)).await;
    assert_eq!((status, call.attempts()), (401, 1));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_again_goes_up_at_once() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let client = client(&transport, &queue_with("new", &Refresher::new()));
    let once = futures_util::stream::iter([Ok::<_, std::io::Error>("once")]);
    let upload = client.put(URL).body(Body::wrap_stream(once));
    assert_eq!(upload.send().await.unwrap().status(), 401);
    transport.assert_count(1);
}

/// Calls with `new`, which comes too early, and does this while the call waits. It returns how the call ended.
async fn meanwhile(
    transport: &ScriptedTransport,
    queue: &RefreshQueue<Token>,
    change: impl FnOnce(),
) -> reqwest_middleware::Result<Response> {
    let client = client(transport, queue);
    let call = tokio::spawn(client.get(URL).send());
    tokio::time::sleep(Duration::from_secs(1)).await;
    transport.assert_count(1);
    change();
    call.await.unwrap()
}

fn too_early_once() -> ScriptedTransport {
    let transport = ScriptedTransport::new().reply(Reply::status(401));
    transport.otherwise(Reply::status(200))
}

#[tokio::test(start_paused = true)]
async fn a_logout_during_the_wait_sends_nothing_more() {
    let (transport, queue) = (too_early_once(), queue_with("new", &Refresher::new()));
    let ended = meanwhile(&transport, &queue, || queue.clear()).await;
    let reqwest_middleware::Error::Middleware(error) = ended.unwrap_err() else {
        panic!("a typed error");
    };
    assert!(error.is::<request_context::SessionEnded>(), "{error:?}");
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_login_as_somebody_else_during_the_wait_sends_nothing_more() {
    let transport = too_early_once();
    let ada = Token::named("new").of("ada");
    let queue = RefreshQueue::builder(Refresher::new())
        .credential(ada)
        .build();
    let bob = Token::named("bobs").of("bob");
    let ended = meanwhile(&transport, &queue, || queue.set(bob)).await;
    let reqwest_middleware::Error::Middleware(error) = ended.unwrap_err() else {
        panic!("a typed error");
    };
    assert!(error.is::<request_context::SessionEnded>(), "{error:?}");
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_of_the_same_user_is_sent_after_the_wait() {
    let (transport, queue) = (too_early_once(), queue_with("new", &Refresher::new()));
    let answer = meanwhile(&transport, &queue, || queue.set(Token::named("newer"))).await;
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(sent(&transport), ["Bearer new", "Bearer newer"]);
}

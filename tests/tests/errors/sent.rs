//! How often a call was sent, whether it may have been at all, and which of its requests failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use facade::{ApiError, CancellationToken, ConnectPhase, ErrorKind, RetryMiddleware, TimeoutPhase};
use request_context::Instant;
use reqwest::{Method, Url};
use reqwest_retry::policies::ExponentialBackoff;
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, Reply};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

const SHORT: Duration = Duration::from_millis(100);

fn retries(retries: u32) -> RetryMiddleware {
    let policy = ExponentialBackoff::builder().retry_bounds(Duration::ZERO, Duration::ZERO);
    RetryMiddleware::new().policy(policy.build_with_max_retries(retries))
}

/// What an error tells of the sending.
#[track_caller]
fn assert_sent(error: &ApiError, attempts: u32, may_have_been_sent: bool) {
    let told = (error.attempts(), error.may_have_been_sent());
    assert_eq!(told, (attempts, may_have_been_sent), "{error:?}");
}

async fn nowhere() -> Url {
    let server = FaultServer::start().await.unwrap();
    let url = server.url_of("/nowhere");
    server.stop().await;
    url
}

#[tokio::test]
async fn connections_that_never_came_about_have_sent_nothing() {
    let client = builder(nowhere().await).retry(retries(2)).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectPhase::Server));
    assert_sent(&error, 3, false);
}

/// Reads one request, hangs up, and is gone.
async fn leaving() -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        drop(listener);
        let mut request = [0; 1024];
        let _ = socket.read(&mut request).await;
        counter.fetch_add(1, Ordering::SeqCst);
    });
    (url.parse().unwrap(), requests)
}

#[tokio::test]
async fn an_attempt_before_the_one_that_did_not_connect_may_have_been_sent() {
    let (url, requests) = leaving().await;
    let client = builder(url).retry(retries(1)).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_sent(&error, 2, true);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_to_where_nobody_is_was_sent_and_tells_where_it_led() {
    let server = FaultServer::start().await.unwrap();
    let nowhere = nowhere().await;
    server.on(
        "/old",
        Reply::status(303).header("location", nowhere.as_str()),
    );
    let client = builder(server.url()).retry(None).build().unwrap();
    let error = soon(client.post("old").send()).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_sent(&error, 2, true);
    assert_eq!(error.method(), Some(&Method::GET));
    assert_eq!(error.url(), Some(&nowhere));
}

#[tokio::test]
async fn what_ends_a_call_after_a_redirect_tells_of_the_request_that_it_ended() {
    let server = FaultServer::start().await.unwrap();
    server
        .on(
            "/old",
            Reply::status(303).header("location", "/slow?key=hunter2"),
        )
        .on("/slow", Behaviour::HangBeforeHeaders)
        .on("/loop", Reply::status(307).header("location", "/loop"));
    let client = builder(server.url()).retry(None).build().unwrap();
    let slow = server.url_of("/slow");
    let deadline = client.post("old").deadline(Duration::from_secs(2)).send();
    let headers = client.post("old").headers_timeout(SHORT).send();
    for error in [soon(deadline).await, soon(headers).await] {
        let error = error.unwrap_err();
        assert!(error.is_timeout());
        assert_sent(&error, 2, true);
        assert_eq!(error.method(), Some(&Method::GET));
        assert_eq!(error.url(), Some(&slow), "{error:?}");
    }
    let refused = soon(client.get("loop").send()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Redirect);
    assert_eq!(refused.url(), Some(&server.url_of("/loop")));
    assert_sent(&refused, 1, true);
}

#[tokio::test]
async fn a_call_that_never_left_was_not_sent() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).build().unwrap();
    let token = CancellationToken::new();
    token.cancel();
    let cancelled = client.get("x").cancel(&token).send();
    let late = client.get("x").deadline(Instant::now()).send();
    let unmade = client.get("x").header("a b", "c").send();
    for outcome in [
        soon(cancelled).await,
        soon(late).await,
        soon(unmade).await,
        soon(client.get("../x").send()).await,
    ] {
        assert_sent(&outcome.unwrap_err(), 0, false);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn whatever_has_left_may_have_been_sent() {
    let server = FaultServer::start().await.unwrap();
    server
        .on("/slow", Behaviour::HangBeforeHeaders)
        .on("/reset", Behaviour::ResetAfterReading)
        .on("/broken", Reply::status(500));
    let client = builder(server.url()).retry(None).build().unwrap();
    let token = CancellationToken::new();
    let cancelled = tokio::spawn(client.get("slow").cancel(&token).send());
    soon(server.wait_for_requests(1)).await;
    token.cancel();
    for outcome in [
        soon(cancelled).await.unwrap(),
        soon(client.get("reset").send()).await,
        soon(client.get("broken").send()).await,
        soon(client.get("slow").timeout(SHORT).send()).await,
    ] {
        assert_sent(&outcome.unwrap_err(), 1, true);
    }
}

#[tokio::test]
async fn a_silence_after_other_attempts_is_told_as_one_whatever_they_took() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    let client = builder(server.url())
        .read_timeout(Duration::from_millis(300))
        .retry(retries(3))
        .build()
        .unwrap();
    // Together the attempts take longer than one may.
    let request = client.get("x").timeout(Duration::from_millis(800));
    let error = soon(request.send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Idle));
    assert_sent(&error, 4, true);
}

#[tokio::test]
async fn a_timeout_that_a_hook_has_set_is_no_silence() {
    let server = FaultServer::start().await.unwrap();
    let stalls = Reply::status(200).chunk("first").then_stall();
    server
        .on("/slow", Behaviour::HangBeforeHeaders)
        .on("/feed", stalls);
    let second = Duration::from_secs(1);
    let client = builder(server.url())
        .retry(None)
        .reqwest(move |reqwest| reqwest.timeout(second))
        .build()
        .unwrap();
    let attempt = ErrorKind::Timeout(TimeoutPhase::Attempt);
    let headers = soon(client.get("slow").send()).await.unwrap_err();
    let body = soon(client.get("feed").send()).await.unwrap();
    let body = soon(body.bytes()).await.unwrap_err();
    assert_eq!((headers.kind(), body.kind()), (attempt, attempt));

    let silent = builder(server.url())
        .retry(None)
        .reqwest(move |reqwest| reqwest.read_timeout(second).user_agent("tests"))
        .build()
        .unwrap();
    let idle = ErrorKind::Timeout(TimeoutPhase::Idle);
    let headers = soon(silent.get("slow").send()).await.unwrap_err();
    let body = soon(silent.get("feed").send()).await.unwrap();
    let body = soon(body.bytes()).await.unwrap_err();
    assert_eq!((headers.kind(), body.kind()), (idle, idle));

    // The shorter of the two passes first.
    let both = builder(server.url())
        .retry(None)
        .read_timeout(SHORT)
        .reqwest(move |reqwest| reqwest.timeout(second))
        .build()
        .unwrap();
    let headers = soon(both.get("slow").send()).await.unwrap_err();
    assert_eq!(headers.kind(), idle);
}

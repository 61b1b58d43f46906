//! What can break between here and there.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use facade::{ApiError, CancellationToken, Client, ClientBuilder, ErrorKind, TimeoutPhase};
use futures_util::future::join_all;
use reqwest::dns::{Name, Resolve, Resolving};
use stack_tests::{find, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::expectations::{assert_error, assert_kind, through_the_chain, through_the_facade};

const ATTEMPT: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Attempt);

/// A builder of clients that send once, so that each fault is seen as it is.
fn builder(base_url: impl Into<String>) -> ClientBuilder {
    stack_tests::builder(base_url).retry(None)
}

struct Fault {
    path: &'static str,
    behaviour: Behaviour,
    kind: ErrorKind,
    is_source: fn(&reqwest::Error) -> bool,
}

fn faults() -> [Fault; 9] {
    let fault = |path, behaviour, kind, is_source| Fault {
        path,
        behaviour,
        kind,
        is_source,
    };
    let reply = || Reply::status(200).body("0123456789");
    let chunks = || Reply::status(200).chunk("01234");
    let cut = Behaviour::Truncate {
        reply: reply(),
        sent: 5,
    };
    let hang = Behaviour::HangInBody {
        reply: reply(),
        sent: 5,
    };
    let to_itself = Reply::status(302).header("location", "/loop");
    [
        fault(
            "/reset",
            Behaviour::ResetAfterReading,
            ErrorKind::Reset,
            is_reset,
        ),
        fault("/close", Behaviour::CloseEarly, ErrorKind::Reset, |e| {
            e.is_request()
        }),
        fault("/garbage", Behaviour::garbage(), ErrorKind::Reset, |e| {
            e.is_request()
        }),
        fault("/cut", cut, ErrorKind::Reset, reqwest::Error::is_decode),
        fault(
            "/broken",
            chunks().then_break_off().into(),
            ErrorKind::Reset,
            reqwest::Error::is_decode,
        ),
        fault("/silent", Behaviour::HangBeforeHeaders, ATTEMPT, |e| {
            e.is_timeout()
        }),
        fault("/stuck", hang, ATTEMPT, reqwest::Error::is_timeout),
        fault("/stall", chunks().then_stall().into(), ATTEMPT, |e| {
            e.is_timeout()
        }),
        fault("/loop", to_itself.into(), ErrorKind::Redirect, |e| {
            e.is_redirect()
        }),
    ]
}

fn is_reset(error: &reqwest::Error) -> bool {
    find::<io::Error>(error).is_some_and(|io| io.kind() == io::ErrorKind::ConnectionReset)
}

#[tokio::test]
async fn each_fault_is_found_through_the_facade_and_through_the_chain_below() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).read_timeout(Duration::from_secs(1));
    let client = client.max_redirects(3).build().unwrap();
    let checks = faults().map(|fault| {
        server.on(fault.path, fault.behaviour.clone());
        check(&server, &client, fault)
    });
    soon(join_all(checks)).await;
    assert_eq!(server.count_of("/loop"), 3 * 4);
}

/// Three ways through the stack; in the second the body is wrapped.
async fn check(server: &FaultServer, client: &Client, fault: Fault) {
    let (url, path) = (server.url_of(fault.path), fault.path);
    let token = CancellationToken::new();
    let facade = through_the_facade(client.get(path).query(&[("q", "1")])).await;
    let wrapped = through_the_facade(client.get(path).cancel(&token)).await;
    let chain = through_the_chain(client, url.clone()).await;
    for error in [&facade, &wrapped] {
        assert_error(error, fault.kind, &url, 1);
    }
    assert_kind(&chain, fault.kind);
    for error in [&facade, &wrapped, &chain] {
        let source = find::<reqwest::Error>(error).unwrap();
        assert!((fault.is_source)(source), "{path}: {error:?}");
        assert!(source.url().is_none(), "{path}: its text would show it");
    }
    let expected = if path == "/loop" { 3 * 4 } else { 3 };
    assert_eq!(
        server.count_of(path),
        expected,
        "{path}: nothing is sent twice"
    );
}

#[tokio::test]
async fn a_refused_connection_is_an_error_of_connecting() {
    let server = FaultServer::start().await.unwrap();
    let url = server.url_of("/x");
    let client = builder(server.url()).build().unwrap();
    server.stop().await;
    let facade = soon(through_the_facade(client.get("x"))).await;
    assert_error(&facade, ErrorKind::Connect, &url, 1);
    let chain = soon(through_the_chain(&client, url)).await;
    assert_kind(&chain, ErrorKind::Connect);
    for error in [facade, chain] {
        let io = find::<io::Error>(&error).unwrap();
        assert_eq!(io.kind(), io::ErrorKind::ConnectionRefused);
    }
}

/// Finds no address for any name, ever.
struct NoAnswer;

impl Resolve for NoAnswer {
    fn resolve(&self, _name: Name) -> Resolving {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_connection_that_takes_too_long_is_a_timeout_of_connecting() {
    let client = builder("http://api.test").connect_timeout(Duration::from_millis(50));
    let client = client.reqwest(|reqwest| reqwest.dns_resolver(Arc::new(NoAnswer)));
    let client = client.build().unwrap();
    let kind = ErrorKind::Timeout(TimeoutPhase::Connect);
    let url = "http://api.test/x".parse().unwrap();
    let facade = soon(through_the_facade(client.get("x"))).await;
    assert_error(&facade, kind, &url, 1);
    let chain = soon(through_the_chain(&client, url)).await;
    assert_kind(&chain, kind);
}

#[tokio::test]
async fn a_requests_own_timeout_ends_an_attempt_before_the_headers_and_in_the_body() {
    let server = FaultServer::start().await.unwrap();
    let stalls = Reply::status(200).chunk("01234").then_stall();
    server
        .on("/silent", Behaviour::HangBeforeHeaders)
        .on("/stall", stalls);
    let client = builder(server.url()).build().unwrap();
    let second = Duration::from_secs(1);
    for path in ["/silent", "/stall"] {
        let request = client.get(path).timeout(second);
        let error = soon(through_the_facade(request)).await;
        assert_error(&error, ATTEMPT, &server.url_of(path), 1);
    }
}

#[tokio::test]
async fn an_error_in_a_stream_is_typed_and_located() {
    let server = FaultServer::start().await.unwrap();
    let broken = Reply::status(200).chunk("01234").then_break_off();
    server.otherwise(broken);
    let client = builder(server.url()).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    let chunks = futures_util::StreamExt::collect::<Vec<_>>(response.stream());
    let [Ok(_), Err(error)] = &soon(chunks).await[..] else {
        panic!("one chunk, one error");
    };
    assert_error(error, ErrorKind::Reset, &server.url_of("/x"), 1);
}

#[tokio::test]
async fn an_error_of_the_inner_response_can_be_typed_afterwards() {
    let server = FaultServer::start().await.unwrap();
    let broken = Reply::status(200).chunk("01234").then_break_off();
    server.otherwise(broken);
    let client = builder(server.url()).build().unwrap();
    let response = soon(client.get("x").send()).await.unwrap();
    let error = soon(response.into_inner().text()).await.unwrap_err();
    assert_kind(&ApiError::from(error), ErrorKind::Reset);
}

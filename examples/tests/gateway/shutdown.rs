//! How the gateway ends.

use std::time::Duration;

use reqwest::Method;
use testkit::{Behaviour, FaultServer, Gate, Reply};
use tokio::net::TcpStream;

use crate::running::{Running, soon};
use crate::token_file::TokenFile;

async fn until_closed(gateway: &Running) {
    let address = gateway.address();
    soon(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn it_stops_when_it_is_asked_and_has_told_one_line() {
    let server = FaultServer::start().await.unwrap();
    for signal in ["-INT", "-TERM"] {
        let gateway = Running::before(server.url()).await;
        // An idle connection holds up nothing.
        assert_eq!(gateway.get("/").await.status(), 200);
        gateway.signal(signal).await;
        let ended = gateway.ended().await;
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
    }
}

#[tokio::test]
async fn calls_under_way_come_to_their_end_and_no_more_begin() {
    let server = FaultServer::start().await.unwrap();
    let gate = Gate::new();
    server.otherwise(Reply::status(200).body("whole").after_gate(&gate));
    let gateway = Running::before(server.url()).await;
    let call = tokio::spawn(gateway.request(Method::GET, "/").send());
    soon(server.wait_for_requests(1)).await;
    gateway.signal("-TERM").await;
    until_closed(&gateway).await;
    gate.open();
    let answer = soon(call).await.unwrap().unwrap();
    assert_eq!(soon(answer.text()).await.unwrap(), "whole");
    assert_eq!(gateway.ended().await.status.code(), Some(0));
}

#[tokio::test]
async fn calls_that_do_not_end_are_cut_off_after_the_grace_period_or_by_a_second_signal() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    for (grace, signals) in [("0", 1), ("3600", 2)] {
        let gateway = Running::with(server.url(), ["--grace", grace]).await;
        let before = server.request_count();
        let call = tokio::spawn(gateway.request(Method::GET, "/").send());
        soon(server.wait_for_requests(before + 1)).await;
        gateway.signal("-TERM").await;
        if signals == 2 {
            until_closed(&gateway).await;
            gateway.signal("-TERM").await;
        }
        assert_eq!(gateway.ended().await.status.code(), Some(0));
        assert!(soon(call).await.unwrap().is_err());
    }
}

/// A gateway in the middle of a refresh that is held by the gate, and whose caller has left.
async fn amid_a_refresh(server: &FaultServer, tokens: &TokenFile, gate: &Gate) -> Running {
    let granted = r#"{"access_token":"a2","refresh_token":"r2","token_type":"Bearer"}"#;
    server
        .on("/oauth/token", Reply::json(200, granted).after_gate(gate))
        .otherwise(Behaviour::until_authorized(Reply::status(200)));
    let token_url = server.url_of("/oauth/token");
    let arguments = tokens.arguments(token_url.as_str());
    let gateway = Running::with(server.url(), arguments).await;
    let call = tokio::spawn(gateway.request(Method::GET, "/").send());
    soon(server.wait_for_requests(2)).await;
    call.abort();
    gateway.signal("-TERM").await;
    until_closed(&gateway).await;
    gateway
}

#[tokio::test]
async fn a_refresh_under_way_is_saved_before_the_end() {
    let server = FaultServer::start().await.unwrap();
    let tokens = TokenFile::new("a1", "r1").await;
    let gate = Gate::new();
    let mut gateway = amid_a_refresh(&server, &tokens, &gate).await;
    assert!(gateway.child.try_wait().unwrap().is_none(), "it waits");
    gate.open();
    assert_eq!(gateway.ended().await.status.code(), Some(0));
    assert_eq!(tokens.access().await.as_deref(), Some("a2"));
    assert_eq!(server.count_of("/oauth/token"), 1);
}

#[tokio::test]
async fn who_can_not_wait_for_the_refresh_asks_again() {
    let server = FaultServer::start().await.unwrap();
    let tokens = TokenFile::new("a1", "r1").await;
    let gate = Gate::new();
    let mut gateway = amid_a_refresh(&server, &tokens, &gate).await;
    // The first may find it still ending the call of the caller that left.
    soon(async {
        while gateway.child.try_wait().unwrap().is_none() {
            gateway.signal("-TERM").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(gateway.ended().await.status.code(), Some(1));
    assert_eq!(tokens.access().await.as_deref(), Some("a1"));
}

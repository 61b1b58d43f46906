//! Callers that go away.

use std::time::Duration;

use reqwest::Method;
use testkit::{Behaviour, FaultServer, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::running::{Running, soon};

#[tokio::test]
async fn a_caller_that_leaves_before_the_answer_ends_the_upstream_call() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    let gateway = Running::before(server.url()).await;
    let call = tokio::spawn(gateway.request(Method::GET, "/slow").send());
    soon(server.wait_for_requests(1)).await;
    call.abort();
    soon(server.wait_for_disconnects(1)).await;
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn a_caller_that_leaves_within_a_silent_answer_ends_it() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).chunk("begun").then_stall());
    let gateway = Running::before(server.url()).await;
    let mut answer = gateway.get("/events").await;
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "begun");
    drop(answer);
    soon(server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_caller_that_leaves_within_its_upload_ends_it() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    let mut caller = TcpStream::connect(gateway.address()).await.unwrap();
    let head = "PUT /upload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n";
    caller.write_all(head.as_bytes()).await.unwrap();
    caller.write_all(&[b'x'; 1000]).await.unwrap();
    soon(server.wait_for_body_bytes(1000)).await;
    drop(caller);
    soon(server.wait_for_disconnects(1)).await;
    assert!(!server.requests()[0].is_body_complete());
}

#[tokio::test]
async fn a_caller_that_leaves_between_two_attempts_is_the_end_of_them() {
    let server = FaultServer::start().await.unwrap();
    let busy = Reply::status(503).header("retry-after", "3");
    server.otherwise(busy);
    let gateway = Running::before(server.url()).await;
    let call = tokio::spawn(gateway.request(Method::GET, "/busy").send());
    soon(server.wait_for_requests(1)).await;
    call.abort();
    // Longer than the wait that the server asked for.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(server.request_count(), 1);
}

/// Whoever only ends their own side can't be told from who has gone.
#[tokio::test]
async fn a_caller_that_closes_its_side_before_the_answer_has_gone() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    let gateway = Running::before(server.url()).await;
    let mut caller = TcpStream::connect(gateway.address()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    caller.write_all(request).await.unwrap();
    soon(server.wait_for_requests(1)).await;
    caller.shutdown().await.unwrap();
    soon(server.wait_for_disconnects(1)).await;
    let mut answer = Vec::new();
    soon(caller.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, b"");
}

//! What the gateway answers itself.

use std::net::Ipv4Addr;

use reqwest::Method;
use testkit::{Behaviour, FaultServer, Reply};
use tokio::net::TcpSocket;

use crate::raw::{exchange, status};
use crate::running::{Running, problem, soon};

#[tokio::test]
async fn an_upstream_that_fails_is_a_502_that_says_how() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--retries", "0"]).await;
    let headers = "x-many: 1\r\n".repeat(101);
    let too_many = format!("HTTP/1.1 204 No Content\r\n{headers}\r\n");
    for (behaviour, code) in [
        (Behaviour::Garbage(too_many.into()), "upstream_protocol"),
        (Behaviour::CloseEarly, "upstream_reset"),
        (Behaviour::ResetAfterReading, "upstream_reset"),
        (Behaviour::garbage(), "upstream_protocol"),
        (
            Behaviour::Garbage(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n".into(),
            ),
            "upstream_protocol",
        ),
        (
            Behaviour::Garbage("HTTP/1.1 101 Switching Protocols\r\n\r\n".into()),
            "upstream_protocol",
        ),
    ] {
        server.once(behaviour);
        let told = problem(gateway.get("/").await).await;
        assert_eq!(told, (502, code.into()));
    }
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_a_502() {
    // Nobody listens at a port that is held, and nobody else gets it.
    let held = TcpSocket::new_v4().unwrap();
    held.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = held.local_addr().unwrap();
    for scheme in ["http", "https"] {
        let upstream = format!("{scheme}://{address}");
        let gateway = Running::with(upstream, ["--retries", "0"]).await;
        let told = problem(gateway.get("/").await).await;
        assert_eq!(told, (502, "upstream_unreachable".into()));
    }
}

#[tokio::test]
async fn an_upstream_that_speaks_no_tls_is_a_502() {
    let server = FaultServer::start().await.unwrap();
    let upstream = format!("https://{}", server.address());
    let gateway = Running::with(upstream, ["--retries", "0"]).await;
    let told = problem(gateway.get("/").await).await;
    assert_eq!(told, (502, "upstream_tls".into()));
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_by_the_deadline_is_a_504() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::HangBeforeHeaders);
    let gateway = Running::with(server.url(), ["--deadline", "5"]).await;
    let told = problem(gateway.get("/").await).await;
    assert_eq!(told, (504, "upstream_timeout".into()));
    soon(server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn the_deadline_covers_the_answers_body() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).chunk("begun").then_stall());
    let gateway = Running::with(server.url(), ["--deadline", "5"]).await;
    let answer = gateway.get("/").await;
    assert_eq!(answer.status(), 200);
    assert!(soon(answer.bytes()).await.is_err(), "it breaks off");
}

#[tokio::test]
async fn the_deadline_covers_a_request_body_that_is_waited_for() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--deadline", "1"]).await;
    let request = b"PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhel";
    let answer = exchange(gateway.address(), request).await;
    assert_eq!(status(&answer), 408);
    assert!(String::from_utf8_lossy(&answer).contains(r#""code":"slow_body""#));
    assert_eq!(server.request_count(), 0);
}

#[tokio::test]
async fn what_does_no_harm_twice_is_tried_again_and_the_last_answer_passes() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(503).header("retry-after", "0"));
    for (retries, method, attempts) in [
        (None, Method::GET, 4),
        (Some("1"), Method::PUT, 2),
        (Some("0"), Method::GET, 1),
        (None, Method::POST, 1),
    ] {
        let options = retries.map(|retries| ["--retries", retries]);
        let gateway = Running::with(server.url(), options.iter().flatten()).await;
        let before = server.request_count();
        let call = gateway.request(method, "/").body("again");
        assert_eq!(soon(call.send()).await.unwrap().status(), 503);
        assert_eq!(server.request_count() - before, attempts);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_breaks_off_for_the_caller_too() {
    let server = FaultServer::start().await.unwrap();
    let reply = Reply::status(200).body("hello");
    server.once(Behaviour::Truncate { reply, sent: 3 });
    server.once(Reply::status(200).chunk("hel").then_break_off());
    let gateway = Running::before(server.url()).await;
    for _ in 0..2 {
        let answer = gateway.get("/").await;
        assert_eq!(answer.status(), 200);
        assert!(soon(answer.bytes()).await.is_err());
    }
}

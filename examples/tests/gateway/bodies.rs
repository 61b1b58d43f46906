//! Large bodies, which stream through.

use std::convert::Infallible;

use bytes::Bytes;
use examples::demo_api::DemoApi;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use reqwest::{Body, Method};
use testkit::{FaultServer, Gate, Reply};
use tokio::sync::mpsc;

use crate::running::{Running, soon};

const MEBIBYTE: usize = 1024 * 1024;

/// A body in these pieces, as they come.
fn body_of(pieces: mpsc::Receiver<Bytes>) -> Body {
    let pieces = stream::unfold(pieces, async |mut pieces| {
        let piece = pieces.recv().await?;
        Some((Ok::<_, Infallible>(Frame::data(piece)), pieces))
    });
    Body::wrap(StreamBody::new(pieces))
}

#[tokio::test]
async fn an_upload_is_on_its_way_while_it_comes() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    let (pieces, body) = mpsc::channel(1);
    let upload = gateway.request(Method::PUT, "/").body(body_of(body));
    let upload = tokio::spawn(upload.send());
    // The first of them is all that is ever held back.
    pieces
        .send(vec![b'x'; 256 * 1024 + 1].into())
        .await
        .unwrap();
    soon(server.wait_for_body_bytes(256 * 1024 + 1)).await;
    for sent in 1..=10 {
        pieces.send(vec![b'x'; 1000].into()).await.unwrap();
        soon(server.wait_for_body_bytes(256 * 1024 + 1 + sent * 1000)).await;
    }
    drop(pieces);
    assert_eq!(soon(upload).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn with_no_replay_limit_the_first_byte_is_on_its_way_at_once() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--replay-limit", "0"]).await;
    let (pieces, body) = mpsc::channel(1);
    let upload = gateway.request(Method::PUT, "/").body(body_of(body));
    let upload = tokio::spawn(upload.send());
    pieces.send("x".into()).await.unwrap();
    soon(server.wait_for_body_bytes(1)).await;
    drop(pieces);
    assert_eq!(soon(upload).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn an_answer_is_on_its_way_while_it_comes() {
    let server = FaultServer::start().await.unwrap();
    let gate = Gate::new();
    let events = Reply::status(200).chunk("first").pause_at(&gate);
    server.otherwise(events.chunk("second"));
    let gateway = Running::before(server.url()).await;
    let mut answer = gateway.get("/events").await;
    assert_eq!(soon(answer.chunk()).await.unwrap().unwrap(), "first");
    gate.open();
    assert_eq!(soon(answer.chunk()).await.unwrap().unwrap(), "second");
    assert!(soon(answer.chunk()).await.unwrap().is_none());
}

/// The most memory that the gateway has had so far, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory(gateway: &Running) -> usize {
    let id = gateway.child.id().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kibibytes.parse::<usize>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ten_mebibytes_up_and_five_hundred_megabytes_down_take_less_than_sixteen_mebibytes() {
    let demo = DemoApi::builder().build().start().await.unwrap();
    let gateway = Running::before(demo.url()).await;
    assert_eq!(gateway.get("/stats").await.status(), 200);
    let before = peak_memory(&gateway);

    let upload = gateway.request(Method::PUT, "/upload");
    let upload = upload.body(vec![b'x'; 10 * MEBIBYTE]).send();
    let told = soon(upload).await.unwrap().text().await.unwrap();
    assert!(
        told.contains(&format!(r#""bytes":{}"#, 10 * MEBIBYTE)),
        "{told}"
    );
    let after_upload = peak_memory(&gateway);

    let length: usize = 500_000_000;
    let mut blob = gateway.get(&format!("/blob?bytes={length}")).await;
    assert_eq!(blob.headers()["content-length"], length.to_string());
    let mut received = 0;
    while let Some(piece) = soon(blob.chunk()).await.unwrap() {
        // The byte at an offset is the offset modulo 251.
        assert_eq!(usize::from(piece[0]), received % 251);
        received += piece.len();
    }
    assert_eq!(received, length);
    let grown = peak_memory(&gateway) - before;
    println!("10 MiB up: {} bytes", after_upload - before);
    println!("500 MB down: {grown} bytes");
    assert!(grown < 16 * MEBIBYTE, "{grown} bytes");
}

/// A caller that reads slowly holds up the upstream, not the gateway's memory.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_answer_that_nobody_reads_is_not_kept() {
    let server = FaultServer::start().await.unwrap();
    let endless = Reply::status(200).chunk(vec![b'x'; MEBIBYTE]).then_repeat();
    server.otherwise(endless);
    let gateway = Running::before(server.url()).await;
    let mut answer = gateway.get("/").await;
    let before = peak_memory(&gateway);
    soon(answer.chunk()).await.unwrap().unwrap();
    // Time enough to fill all there is to fill.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let grown = peak_memory(&gateway) - before;
    assert!(grown < 16 * MEBIBYTE, "{grown} bytes");
}

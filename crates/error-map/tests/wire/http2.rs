//! What the two sides of an HTTP/2 connection say of each other (RFC 9113 §7).

use std::io;

use bytes::Bytes;
use error_map::{ApiError, ErrorKind};
use futures_util::stream;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use http::Response;
use reqwest::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sockets::{error_of, reqwest, serve, texts};

/// What the server does with each request.
#[derive(Clone, Copy, Debug)]
enum Does {
    ResetsStream(Reason),
    ResetsStreamInBody(Reason),
    SendsLessThanItAnnounced,
    ReadsForever,
}

async fn play(socket: TcpStream, does: Does) {
    let mut connection: Connection<_, Bytes> = h2::server::handshake(socket).await.unwrap();
    while let Some(Ok((request, respond))) = connection.accept().await {
        match does {
            Does::ReadsForever => {
                tokio::spawn(async move {
                    let mut body = request.into_body();
                    while let Some(Ok(piece)) = body.data().await {
                        let _ = body.flow_control().release_capacity(piece.len());
                    }
                    std::future::pending::<()>().await;
                });
            }
            does => answer(respond, does),
        }
    }
}

fn answer(mut respond: SendResponse<Bytes>, does: Does) {
    let head = Response::builder().header("content-length", "5");
    let head = head.body(()).unwrap();
    match does {
        Does::ResetsStream(reason) => respond.send_reset(reason),
        Does::ResetsStreamInBody(reason) => {
            let mut body = respond.send_response(head, false).unwrap();
            body.send_data("abc".into(), false).unwrap();
            tokio::spawn(async move {
                // Not before the piece is on its way.
                tokio::task::yield_now().await;
                body.send_reset(reason);
            });
        }
        _ => {
            let mut body = respond.send_response(head, false).unwrap();
            body.send_data("abc".into(), true).unwrap();
        }
    }
}

async fn url(does: Does) -> String {
    format!("http://{}/", serve(move |socket| play(socket, does)).await)
}

async fn error_when(does: Does) -> ApiError {
    let client = reqwest().http2_prior_knowledge().build().unwrap();
    error_of(client.get(url(does).await)).await
}

/// Settings without any, and a goodbye that says that no stream has been looked at, and something more (RFC 9113 §6.8).
fn goodbye(reason: Reason, more: &str) -> Vec<u8> {
    let length = u8::try_from(8 + more.len()).unwrap();
    let mut frames = vec![0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, length, 7, 0, 0, 0, 0, 0];
    frames.extend_from_slice(&[0; 4]);
    frames.extend_from_slice(&u32::from(reason).to_be_bytes());
    frames.extend_from_slice(more.as_bytes());
    frames
}

async fn error_when_it_goes_away(reason: Reason) -> ApiError {
    let address = serve(move |mut socket| async move {
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(&goodbye(reason, "hunter2")).await;
        while matches!(socket.read(&mut request).await, Ok(1..)) {}
    });
    let client = reqwest().http2_prior_knowledge().build().unwrap();
    error_of(client.get(format!("http://{}/", address.await))).await
}

#[tokio::test]
async fn what_the_server_says_is_told_for_what_it_means() {
    for (reason, kind, is_transient) in [
        (Reason::REFUSED_STREAM, ErrorKind::Unavailable, true),
        (Reason::ENHANCE_YOUR_CALM, ErrorKind::RateLimited, true),
        (Reason::HTTP_1_1_REQUIRED, ErrorKind::Protocol, false),
        (Reason::PROTOCOL_ERROR, ErrorKind::Protocol, false),
        (Reason::FLOW_CONTROL_ERROR, ErrorKind::Protocol, false),
        (Reason::FRAME_SIZE_ERROR, ErrorKind::Protocol, false),
        (Reason::COMPRESSION_ERROR, ErrorKind::Protocol, false),
        (Reason::INADEQUATE_SECURITY, ErrorKind::Tls, false),
        (Reason::INTERNAL_ERROR, ErrorKind::Reset, true),
        (Reason::CANCEL, ErrorKind::Reset, true),
        (Reason::from(99), ErrorKind::Reset, true),
    ] {
        for error in [
            error_when(Does::ResetsStream(reason)).await,
            error_when(Does::ResetsStreamInBody(reason)).await,
            error_when_it_goes_away(reason).await,
        ] {
            assert_eq!(error.kind(), kind, "{reason:?}: {error:?}");
            assert_eq!(error.is_transient(), is_transient, "{reason:?}");
            let shown = texts(&error);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(error.find_source::<h2::Error>().is_some());
        }
    }
}

#[tokio::test]
async fn what_this_side_detects_is_a_fault_of_the_protocol() {
    let error = error_when(Does::SendsLessThanItAnnounced).await;
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
}

#[tokio::test]
async fn a_request_body_that_fails_is_the_callers() {
    let pieces = [Ok("first"), Err(io::Error::from(io::ErrorKind::TimedOut))];
    let body = Body::wrap_stream(stream::iter(pieces));
    let client = reqwest().http2_prior_knowledge().build().unwrap();
    let upload = client.put(url(Does::ReadsForever).await).body(body);
    let error = error_of(upload).await;
    assert_eq!(error.kind(), ErrorKind::Other, "{error:?}");
    assert!(!error.is_transient());
}

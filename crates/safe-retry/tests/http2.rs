//! What a server says of an HTTP/2 stream, and whether that is worth another try.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use h2::server::Connection;
use safe_retry::RetryMiddleware;
use support::AtOnce;
use tokio::net::TcpListener;

/// How often a request is sent whose streams are all reset for this reason.
async fn times_sent(reason: Reason) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let streams = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&streams);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let mut connection: Connection<_, Bytes> =
                    h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    respond.send_reset(reason);
                }
            });
        }
    });
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let client = client.http2_prior_knowledge().build().unwrap();
    let layer = RetryMiddleware::new().policy(AtOnce(3)).budget(None);
    let client = reqwest_middleware::ClientBuilder::new(client).with(layer);
    client.build().get(url).send().await.unwrap_err();
    streams.load(Ordering::SeqCst)
}

#[tokio::test]
async fn what_a_server_will_say_again_is_not_worth_another_try() {
    for (reason, times) in [
        (Reason::HTTP_1_1_REQUIRED, 1),
        (Reason::PROTOCOL_ERROR, 1),
        (Reason::INADEQUATE_SECURITY, 1),
        (Reason::INTERNAL_ERROR, 4),
        (Reason::CANCEL, 4),
    ] {
        assert_eq!(times_sent(reason).await, times, "{reason:?}");
    }
}

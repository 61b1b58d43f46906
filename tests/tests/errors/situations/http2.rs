//! What a server of HTTP/2 says of a request that it does not answer (RFC 9113 §7).

use bytes::Bytes;
use facade::ErrorKind;
use futures_util::future::join_all;
use h2::Reason;
use tokio::net::TcpListener;

use super::ways::Call;
use super::{Situation, from};

const TABLE: [(&str, Reason, ErrorKind, &str, bool); 4] = [
    (
        "a stream that is refused",
        Reason::REFUSED_STREAM,
        ErrorKind::Unavailable,
        "service unavailable",
        true,
    ),
    (
        "a server that wants fewer streams",
        Reason::ENHANCE_YOUR_CALM,
        ErrorKind::RateLimited,
        "too many requests",
        true,
    ),
    (
        "a server that wants HTTP/1.1",
        Reason::HTTP_1_1_REQUIRED,
        ErrorKind::Protocol,
        "HTTP protocol error",
        false,
    ),
    (
        "a stream that a server gives up",
        Reason::INTERNAL_ERROR,
        ErrorKind::Reset,
        "the connection broke",
        true,
    ),
];

pub(super) async fn situations() -> Vec<Situation> {
    let situations = TABLE.map(async |(name, reason, kind, text, is_transient)| {
        let call = Call::to(resetting(reason).await);
        let call = call.by(reqwest::ClientBuilder::http2_prior_knowledge);
        let has_source = from::<reqwest::Error>;
        call.is(name, kind, text, is_transient, has_source).await
    });
    join_all(situations).await
}

/// The URL of a server that resets each stream for this reason.
async fn resetting(reason: Reason) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let connection = h2::server::handshake(socket).await;
                let mut connection: h2::server::Connection<_, Bytes> = connection.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    respond.send_reset(reason);
                }
            });
        }
    });
    url
}

//! A call that is cancelled before it has a connection.

use std::sync::Arc;

use facade::CancellationToken;
use reqwest::dns::{Name, Resolve, Resolving};
use stack_tests::{builder, soon};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Finds no address for any name, and tells when it is asked and when nobody waits any more.
struct NoAnswer(mpsc::UnboundedSender<&'static str>);

struct Waiting(mpsc::UnboundedSender<&'static str>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send("dropped").unwrap();
    }
}

impl Resolve for NoAnswer {
    fn resolve(&self, _name: Name) -> Resolving {
        self.0.send("asked").unwrap();
        let waiting = Waiting(self.0.clone());
        Box::pin(async move {
            let _waiting = waiting;
            std::future::pending().await
        })
    }
}

#[tokio::test]
async fn cancelling_while_a_name_is_looked_up_drops_the_lookup() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let client = builder("http://api.test");
    let client = client.reqwest(|reqwest| reqwest.dns_resolver(Arc::new(NoAnswer(tell))));
    let client = client.build().unwrap();
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("x").cancel(&token).send());
    assert_eq!(soon(told.recv()).await, Some("asked"));

    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    assert_eq!(soon(told.recv()).await, Some("dropped"));
}

/// The server accepts, and never answers the TLS handshake.
#[tokio::test]
async fn cancelling_in_the_tls_handshake_closes_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = builder(format!("https://{address}")).build().unwrap();
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("x").cancel(&token).send());
    let (mut socket, _) = soon(listener.accept()).await.unwrap();
    let mut hello = [0; 1];
    soon(socket.read_exact(&mut hello)).await.unwrap();

    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    // It comes to an end, by a close or a reset.
    let _ = soon(socket.read_to_end(&mut Vec::new())).await;
}

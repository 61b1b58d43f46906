//! Failures on the way to the server: a proxy that can't reach it, a certificate that isn't its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use facade::{ConnectPhase, ErrorKind};
use reqwest::Proxy;
use stack_tests::{builder, soon};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::policy::retries;

/// Has each connection handled by this, and counts them.
async fn serve<F: Future + Send>(
    handle: impl Fn(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            handle(socket).await;
        }
    });
    (address, connections)
}

const PROXY: ErrorKind = ErrorKind::Connect(ConnectPhase::Proxy);

/// How often a call tries to get through a proxy that answers each `CONNECT` with this, or hangs up if there is none, and
/// what it ends with.
async fn attempts_through(answer: Option<&'static str>) -> (ErrorKind, usize) {
    let (proxy, connections) = serve(move |mut socket| async move {
        let mut connect = [0; 1024];
        let _ = socket.read(&mut connect).await;
        if let Some(answer) = answer {
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let proxy = Proxy::all(format!("http://{proxy}")).unwrap();
    let client = facade::Client::builder("https://api.test").retry(retries(2));
    let client = client
        .reqwest(|reqwest| reqwest.proxy(proxy))
        .build()
        .unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    let connections = connections.load(Ordering::SeqCst);
    assert_eq!(error.attempts() as usize, connections);
    (error.kind(), connections)
}

#[tokio::test]
async fn a_proxy_that_cannot_reach_the_server_is_tried_again() {
    let unavailable = Some("503 Service Unavailable");
    assert_eq!(attempts_through(unavailable).await, (PROXY, 3));
    assert_eq!(attempts_through(None).await, (PROXY, 3));
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_not_tried_again() {
    let answer = "407 Proxy Authentication Required";
    assert_eq!(
        attempts_through(Some(answer)).await,
        (ErrorKind::ProxyUnauthorized, 1)
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_tried_again() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (address, connections) = serve(move |socket| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(socket).await }
    })
    .await;
    let base_url = format!("https://localhost:{}", address.port());
    let client = builder(base_url).retry(retries(2)).build().unwrap();
    let error = soon(client.get("x").send()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

//! What fails before there is a connection, or in making it safe.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use facade::{ConnectPhase, ErrorKind, TimeoutPhase};
use reqwest::Proxy;
use reqwest::dns::{Name, Resolve, Resolving};
use testkit::FaultServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::ways::Call;
use super::{Situation, from};

pub(super) async fn situations() -> Vec<Situation> {
    let mut situations = Vec::new();
    situations.extend(without_a_connection().await);
    situations.extend(by_a_proxy().await);
    situations.extend(without_tls().await);
    situations.push(without_http2().await);
    situations
}

/// Never finds an address.
struct NoAnswer;

impl Resolve for NoAnswer {
    fn resolve(&self, _name: Name) -> Resolving {
        Box::pin(std::future::pending())
    }
}

async fn without_a_connection() -> [Situation; 3] {
    let kind = ErrorKind::Connect;
    // `.invalid` never resolves (RFC 6761 §6.4).
    let unknown = Call::to("http://nowhere.invalid/x");
    let text = "the name could not be resolved";
    let unknown = unknown.is(
        "a name without an address",
        kind(ConnectPhase::Dns),
        text,
        true,
        from::<reqwest::Error>,
    );

    let server = FaultServer::start().await.unwrap();
    let refused = Call::to(server.url_of("/x"));
    server.stop().await;
    let text = "could not connect";
    let refused = refused.is(
        "a refused connection",
        kind(ConnectPhase::Server),
        text,
        true,
        |error| {
            let io = error.find_source::<io::Error>();
            io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
        },
    );

    let slow = Call::to("http://api.test/x").by(|client| {
        let client = client.connect_timeout(Duration::from_millis(50));
        client.dns_resolver(Arc::new(NoAnswer))
    });
    let timeout = ErrorKind::Timeout(TimeoutPhase::Connect);
    let text = "connecting took too long";
    let slow = slow.is(
        "a connection that takes too long",
        timeout,
        text,
        true,
        from::<reqwest::Error>,
    );
    [unknown.await, refused.await, slow.await]
}

/// Answers each connection with this, once it has said something.
async fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = answer.into();
    serve(move |mut socket| {
        let answer = answer.clone();
        async move {
            let mut request = [0; 1024];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(&answer).await;
        }
    })
    .await
}

async fn serve<F: Future<Output = ()> + Send + 'static>(
    handle: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(handle(socket));
        }
    });
    address
}

async fn by_a_proxy() -> [Situation; 3] {
    let refused = ErrorKind::Connect(ConnectPhase::Proxy);
    let through = async |name, answer, kind, text| {
        let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        let proxy = answering(answer).await;
        let call = Call::to("https://api.test/x")
            .by(move |client| client.proxy(Proxy::all(format!("http://{proxy}")).unwrap()));
        let is_transient = kind == refused;
        call.is(name, kind, text, is_transient, from::<reqwest::Error>)
            .await
    };
    let text = "the proxy did not connect";
    [
        through(
            "a proxy that can't reach the server",
            "503 Busy",
            refused,
            text,
        )
        .await,
        through("a proxy that lets nobody there", "403 No", refused, text).await,
        through(
            "a proxy that wants a password",
            "407 Who",
            ErrorKind::ProxyUnauthorized,
            "the proxy wants a credential",
        )
        .await,
    ]
}

/// A server with a certificate of its own making, for `localhost`.
async fn tls_server(wants_certificate: bool) -> (SocketAddr, CertificateDer<'static>) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = own.cert.der().clone();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder();
    let config = if wants_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .unwrap();
        config.with_client_cert_verifier(verifier)
    } else {
        config.with_no_client_auth()
    };
    let config = config
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let address = serve(move |socket| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(socket).await {
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                    .await;
            }
        }
    })
    .await;
    (address, certificate)
}

async fn without_tls() -> Vec<Situation> {
    let tls = |call: Call, name| async move {
        let has_source = from::<reqwest::Error>;
        call.is(name, ErrorKind::Tls, "TLS failed", false, has_source)
            .await
    };
    let (address, _) = tls_server(false).await;
    let port = address.port();
    let unknown = Call::to(format!("https://localhost:{port}/x"));
    let (strict, certificate) = tls_server(true).await;
    let strict = Call::to(format!("https://localhost:{}/x", strict.port())).by(move |client| {
        let trusted = reqwest::Certificate::from_der(&certificate).unwrap();
        client.tls_certs_only([trusted])
    });
    let plain = answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let plain = Call::to(format!("https://localhost:{}/x", plain.port()));
    let hangs_up = answering("").await;
    let hangs_up = Call::to(format!("https://localhost:{}/x", hangs_up.port()));
    let to_tls = Call::to(format!("http://localhost:{port}/x"));
    let (protocol, text) = (ErrorKind::Protocol, "HTTP protocol error");
    let (server, refused) = (
        ErrorKind::Connect(ConnectPhase::Server),
        "could not connect",
    );
    vec![
        tls(unknown, "a certificate that nobody vouches for").await,
        tls(plain, "a server that speaks no TLS").await,
        tls(strict, "a server that wants a certificate").await,
        hangs_up
            .is(
                "a handshake that is cut off",
                server,
                refused,
                true,
                from::<io::Error>,
            )
            .await,
        to_tls
            .is(
                "http to an https port",
                protocol,
                text,
                false,
                from::<reqwest::Error>,
            )
            .await,
    ]
}

async fn without_http2() -> Situation {
    let server = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let call =
        Call::to(format!("http://{server}/x")).by(reqwest::ClientBuilder::http2_prior_knowledge);
    let (kind, text) = (ErrorKind::Protocol, "HTTP protocol error");
    call.is(
        "HTTP/2 to a server that has none",
        kind,
        text,
        false,
        from::<reqwest::Error>,
    )
    .await
}

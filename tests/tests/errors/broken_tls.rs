//! TLS that breaks when the headers have been told.

use std::sync::Arc;

use facade::{ApiError, ErrorKind};
use stack_tests::soon;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

#[tokio::test]
async fn a_fault_of_tls_in_the_middle_of_a_body_is_none_of_the_protocols() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, headers_are_told) = oneshot::channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut stream = acceptor.accept(socket).await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01234";
        stream.write_all(head).await.unwrap();
        stream.flush().await.unwrap();
        headers_are_told.await.unwrap();
        // No record has this type (RFC 8446 §5.1).
        let (socket, _) = stream.get_mut();
        socket.write_all(b"hunter2 hunter2").await.unwrap();
        while matches!(socket.read(&mut [0; 1024]).await, Ok(1..)) {}
    });

    let trusted = reqwest::Certificate::from_der(own.cert.der()).unwrap();
    let client = reqwest::Client::builder().no_proxy();
    let client = client.tls_certs_only([trusted]).http1_only();
    let request = client.build().unwrap();
    let request = request.get(format!("https://localhost:{port}/"));
    let response = soon(request.send()).await.unwrap();
    told.send(()).unwrap();
    let error = ApiError::from(soon(response.bytes()).await.unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(!error.is_transient());
}

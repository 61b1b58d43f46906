//! Servers that answer with whatever bytes a test wants, and the errors of calls to them.

use std::error::Error;
use std::iter::successors;
use std::net::SocketAddr;
use std::time::Duration;

use error_map::ApiError;
use reqwest::{Client, ClientBuilder, RequestBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough that no test meets it.
pub(crate) const AN_HOUR: Duration = Duration::from_secs(3600);

/// The URL of a server that hands each connection to this.
pub(crate) async fn serve<F: Future<Output = ()> + Send + 'static>(
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

/// Answers each connection with these bytes, once it has said something, and closes it.
pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = answer.into();
    serve(move |mut socket| {
        let answer = answer.clone();
        async move {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(&answer).await;
        }
    })
    .await
}

/// Reads whatever comes, and says nothing.
pub(crate) async fn listening() -> SocketAddr {
    serve(|mut socket| async move {
        let mut piece = [0; 4096];
        while matches!(socket.read(&mut piece).await, Ok(1..)) {}
    })
    .await
}

pub(crate) fn reqwest() -> ClientBuilder {
    Client::builder().no_proxy().tls_certs_only([])
}

/// What this request ends with, in its headers or its body.
pub(crate) async fn error_of(request: RequestBuilder) -> ApiError {
    let ended = async {
        match request.send().await {
            Err(error) => error,
            Ok(response) => response.bytes().await.unwrap_err(),
        }
    };
    timeout(Duration::from_secs(60), ended)
        .await
        .expect("the call ends")
        .into()
}

/// Whatever printing the error and its sources shows.
pub(crate) fn texts(error: &ApiError) -> String {
    let sources = successors(Some(error as &(dyn Error + 'static)), |error| {
        (*error).source()
    });
    let shown = |error: &dyn Error| format!("{error}\n{error:?}\n{error:#?}\n");
    sources.map(shown).collect()
}

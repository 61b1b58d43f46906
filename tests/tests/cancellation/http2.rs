//! Cancellation of one stream of an HTTP/2 connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use facade::{CancellationToken, Client};
use futures_util::{FutureExt, StreamExt, stream};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use stack_tests::{builder, soon};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A server that speaks HTTP/2 in the clear: `/hang` gets no answer, `/feed` a body that stalls, `/upload` is read to its
/// end, and the rest is answered.
#[derive(Clone)]
struct Server {
    facts: Arc<watch::Sender<Facts>>,
    connections: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Facts {
    /// Requests that have arrived.
    requests: usize,
    /// Pieces of request bodies that have arrived.
    pieces: usize,
    /// Streams that the client gave up.
    given_up: usize,
}

impl Server {
    async fn start() -> (Self, Client) {
        let server = Self {
            facts: Arc::default(),
            connections: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(server.clone().accept(listener));
        let client = builder(format!("http://{address}"))
            .reqwest(reqwest::ClientBuilder::http2_prior_knowledge);
        (server, client.build().unwrap())
    }

    async fn accept(self, listener: TcpListener) {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            self.connections.fetch_add(1, Ordering::SeqCst);
            let server = self.clone();
            let service = service_fn(move |request| server.clone().answer(request));
            let connection = http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(socket), service);
            tokio::spawn(connection);
        }
    }

    async fn answer(
        self,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Answer>, Infallible> {
        self.facts.send_modify(|facts| facts.requests += 1);
        let stream = || Stream(Arc::clone(&self.facts));
        let stalls = match request.uri().path() {
            "/hang" => {
                let _stream = stream();
                std::future::pending().await
            }
            "/upload" => {
                let _stream = stream();
                self.receive(request.into_body()).await
            }
            "/feed" => Some(stream()),
            _ => None,
        };
        Ok(http::Response::new(Answer {
            piece: Some(Bytes::from_static(b"answered")),
            stalls,
        }))
    }

    /// Reads the body, and never answers.
    async fn receive<T>(&self, mut body: Incoming) -> T {
        while let Some(Ok(_)) = body.frame().await {
            self.facts.send_modify(|facts| facts.pieces += 1);
        }
        std::future::pending().await
    }

    /// Waits until the facts are these.
    async fn sees(&self, facts: Facts) {
        let mut seen = self.facts.subscribe();
        let waited = tokio::time::timeout(
            std::time::Duration::from_secs(30),
            seen.wait_for(|seen| *seen == facts),
        );
        assert!(waited.await.is_ok(), "{:?}", self.facts.borrow());
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Counts a stream as given up when it is dropped.
struct Stream(Arc<watch::Sender<Facts>>);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.send_modify(|facts| facts.given_up += 1);
    }
}

/// One piece; then the end, or nothing if the stream is to stall.
struct Answer {
    piece: Option<Bytes>,
    stalls: Option<Stream>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match (self.piece.take(), &self.stalls) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, Some(_)) => Poll::Pending,
            (None, None) => Poll::Ready(None),
        }
    }
}

#[tokio::test]
async fn cancelling_a_stream_before_its_headers_leaves_the_others_alone() {
    let (server, client) = Server::start().await;
    let sibling = client.get("feed").send();
    let mut sibling = soon(sibling).await.unwrap().stream();
    assert_eq!(soon(sibling.next()).await.unwrap().unwrap(), "answered");
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("hang").cancel(&token).send());
    let facts = Facts {
        requests: 2,
        ..Facts::default()
    };
    server.sees(facts).await;

    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    let facts = Facts {
        given_up: 1,
        ..facts
    };
    server.sees(facts).await;
    assert!(sibling.next().now_or_never().is_none(), "it still streams");
    soon(client.get("x").send()).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn cancelling_a_stream_in_its_body_leaves_the_others_alone() {
    let (server, client) = Server::start().await;
    let token = CancellationToken::new();
    let call = client.get("feed").cancel(&token).send();
    let mut body = soon(call).await.unwrap().stream();
    assert_eq!(soon(body.next()).await.unwrap().unwrap(), "answered");

    token.cancel();
    assert!(soon(body.next()).await.unwrap().unwrap_err().is_cancelled());
    let facts = Facts {
        requests: 1,
        given_up: 1,
        ..Facts::default()
    };
    server.sees(facts).await;
    soon(client.get("x").send()).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn cancelling_an_upload_resets_its_stream_alone() {
    let (server, client) = Server::start().await;
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"first"))]);
    let body = reqwest::Body::wrap_stream(first.chain(stream::pending()));
    let token = CancellationToken::new();
    let call = client.put("upload").body(body).cancel(&token);
    let call = tokio::spawn(call.send());
    let facts = Facts {
        requests: 1,
        pieces: 1,
        ..Facts::default()
    };
    server.sees(facts).await;

    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    let facts = Facts {
        given_up: 1,
        ..facts
    };
    server.sees(facts).await;
    soon(client.get("x").send()).await.unwrap();
    assert_eq!(server.connections(), 1);
}

//! A demo API that runs: connections are accepted here, so that a handler can close its own without an answer.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::api::DemoApi;
use super::routes::router;
use super::stats::Counters;

/// A running [`DemoApi`]. Dropping it stops the server at once, with all its connections.
#[derive(Debug)]
#[must_use = "dropping it stops the server"]
pub struct DemoServer {
    address: SocketAddr,
    url: String,
    stop: CancellationToken,
    /// Holds one task. A set aborts what it holds when it is dropped.
    task: JoinSet<()>,
}

impl DemoServer {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL without a slash at the end, such as `http://127.0.0.1:8000`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more connections, answers the requests under way, and then stops.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the server at once.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        while self.task.join_next().await.is_some() {}
    }
}

impl DemoApi {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// The system gives no port.
    pub async fn start(self) -> io::Result<DemoServer> {
        self.serve(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)
    }

    /// Starts on a listener of your own.
    ///
    /// # Errors
    ///
    /// The listener's address can't be read.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn serve(self, listener: TcpListener) -> io::Result<DemoServer> {
        let address = listener.local_addr()?;
        let url = format!("http://{address}");
        let shared = self.into_shared(&url);
        let stop = CancellationToken::new();
        let mut task = JoinSet::new();
        let acceptor = Acceptor {
            counters: shared.counters.clone(),
            router: router(shared),
            stop: stop.clone(),
        };
        task.spawn(acceptor.run(listener));
        Ok(DemoServer {
            address,
            url,
            stop,
            task,
        })
    }
}

/// The connection that a request came on.
#[derive(Clone, Debug)]
pub(super) struct Connection(CancellationToken);

impl Connection {
    /// Closes it without an answer to the request: the handler that awaits this is dropped with the connection.
    pub(super) async fn close<T>(self) -> T {
        self.0.cancel();
        pending().await
    }
}

struct Acceptor {
    counters: Arc<Counters>,
    router: Router,
    stop: CancellationToken,
}

impl Acceptor {
    async fn run(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        self.counters.connections.increment();
                        connections.spawn(serve_connection(stream, self.router.clone(), self.stop.clone()));
                    }
                    // Out of descriptors, say: they come back when connections close.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    // Without it, only latency suffers.
    let _ = stream.set_nodelay(true);
    let closed = CancellationToken::new();
    let connection = Connection(closed.clone());
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        router.call(request)
    });
    let http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(http);
    tokio::select! {
        biased;
        () = closed.cancelled() => return,
        // How a connection ends is its client's business.
        _ = http.as_mut() => return,
        () = stop.cancelled() => http.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        biased;
        () = closed.cancelled() => {}
        _ = http.as_mut() => {}
    }
}

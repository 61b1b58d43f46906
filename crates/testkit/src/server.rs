//! A loopback HTTP/1.1 server that misbehaves on request.

mod behaviour;
mod chunked;
mod connection;
mod facts;
mod head;
mod play;
mod received;
mod record;
mod response;
mod rules;
mod switches;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub use behaviour::Behaviour;
use facts::Facts;
pub use received::ReceivedRequest;
use rules::Rules;

/// An HTTP/1.1 server on a real socket of 127.0.0.1, which answers, stalls, breaks off or lies, as it is told.
///
/// It keeps connections alive. What it does with a request is, first of all that apply: the next one-shot behaviour
/// ([`once`](Self::once), [`once_on`](Self::once_on)), the behaviour of the path ([`on`](Self::on)), the fallback
/// ([`otherwise`](Self::otherwise) or [`respond_with`](Self::respond_with)), which is an empty 200 at first. All of them
/// may be changed while the server runs.
///
/// Use it in real time: paused tokio time and real sockets don't go together, since timeouts would fire at once.
///
/// The server stops when it is dropped: its port is closed, and so are its connections.
///
/// ```
/// use testkit::{Behaviour, FaultServer, Reply};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = FaultServer::start().await?;
/// server.otherwise(Reply::status(200).body("hello"));
/// server.once(Behaviour::CloseEarly);
///
/// let client = reqwest::Client::builder().no_proxy().build()?;
/// assert!(client.get(server.url()).send().await.unwrap_err().is_request());
/// assert_eq!(client.get(server.url()).send().await?.text().await?, "hello");
/// assert_eq!(server.request_count(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FaultServer {
    url: Url,
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: Mutex<Rules>,
    facts: Facts,
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultServer {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the port can't be opened.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with IO.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let url = Url::parse(&format!("http://{address}/")).map_err(io::Error::other)?;
        let shared = Arc::<Shared>::default();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            url,
            address,
            shared,
            accepting,
        })
    }

    /// Returns the URL of the server's root.
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Returns the URL of a path on the server, which may have a query: `url_of("/items?page=2")`.
    #[must_use]
    pub fn url_of(&self, path_and_query: &str) -> Url {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let mut url = self.url.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// Returns the address on which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server and waits until its port and all its connections are closed.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // It was aborted, so it ends in an error.
        let _ = (&mut self.accepting).await;
        self.shared
            .facts
            .wait_until(|counts| counts.open == 0)
            .await;
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections until it is aborted; the set of their tasks goes with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, Arc::clone(&shared)));
                }
                // Out of descriptors, as a rule: trying again at once would only spin.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

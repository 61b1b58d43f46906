//! Connections of callers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::forward::Gateway;
use crate::start_error::StartError;

/// Further callers wait until a connection ends. Each may take a descriptor here and one to the upstream.
const MAX_CONNECTIONS: usize = 512;
/// How long a connection may be idle, or take for a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// A listener, and soon the connections of its callers.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, StartError> {
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the token is cancelled. Then takes no more calls, and lets those under way come to their end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends all calls.
    pub(crate) async fn run(self, gateway: Arc<Gateway>, stop: CancellationToken) {
        let mut connections = JoinSet::new();
        loop {
            let has_room = connections.len() < MAX_CONNECTIONS;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept(), if has_room => match accepted {
                    Ok((stream, _)) => {
                        // Without it, only latency suffers.
                        let _ = stream.set_nodelay(true);
                        connections.spawn(serve(stream, Arc::clone(&gateway), stop.clone()));
                    }
                    // Out of descriptors, say: they come back when connections close.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
        }
        drop(self.listener);
        while connections.join_next().await.is_some() {}
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    gateway: Arc<Gateway>,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(gateway.answer(request).await) }
    });
    let mut http = http1::Builder::new();
    // The upstream's Date, or none.
    http.auto_date_header(false);
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        biased;
        // How a connection ends is its caller's business.
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::admission::Admission;
    use crate::arguments::Arguments;
    use crate::client;
    use crate::upstream::Upstream;

    fn gateway() -> Arc<Gateway> {
        let url = "http://127.0.0.1";
        let arguments = Arguments::parse_from(["gateway", "--upstream", url]);
        let upstream = Upstream::parse(url).unwrap();
        let admission = Admission::of(&arguments, &upstream).unwrap();
        let client = client::build(&arguments, &upstream, None, None).unwrap();
        Arc::new(Gateway::new(&arguments, upstream, admission, client))
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_idle_or_slow_with_a_head_is_closed_after_a_minute() {
        // Refused before anything is forwarded.
        let whole = "GET / HTTP/1.1\r\nhost: evil.test\r\n\r\n";
        for (sent, answered) in [
            ("", false),
            ("GET / HTTP/1.1\r\nhost: lo", false),
            (whole, true),
        ] {
            let (mut caller, connection) = duplex(4096);
            let serving = serve(connection, gateway(), CancellationToken::new());
            let begun = Instant::now();
            caller.write_all(sent.as_bytes()).await.unwrap();
            serving.await;
            assert_eq!(begun.elapsed().as_secs(), 60, "{sent}");
            let mut answer = String::new();
            caller.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer.starts_with("HTTP/1.1 421 "), answered, "{answer}");
        }
    }
}

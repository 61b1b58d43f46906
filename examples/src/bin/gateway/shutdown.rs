//! How the gateway ends: no more calls, then those under way, then a refresh under way.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use facade::{ApiError, Client};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::forward::Gateway;
use crate::server::Server;

/// Serves until a signal asks to stop. Calls under way may go on for the grace period, unless another signal comes; then a
/// refresh under way is waited for, so that what it brings is saved, unless another signal comes.
///
/// # Errors
///
/// What a refresh brought can't be saved.
pub(crate) async fn serve_until_asked(
    server: Server,
    gateway: Arc<Gateway>,
    mut signals: Signals,
    grace: Duration,
    client: Client,
) -> Result<ExitCode, ApiError> {
    let stop = CancellationToken::new();
    let mut serving = Box::pin(server.run(gateway, stop.clone()));
    tokio::select! {
        () = &mut serving => {}
        () = signals.next() => stop.cancel(),
    }
    tokio::select! {
        () = &mut serving => {}
        () = signals.next() => {}
        () = sleep(grace) => {}
    }
    drop(serving);
    let Some(session) = client.session() else {
        return Ok(ExitCode::SUCCESS);
    };
    tokio::select! {
        biased;
        closed = session.close() => closed.map(|()| ExitCode::SUCCESS),
        () = signals.next() => Ok(ExitCode::FAILURE),
    }
}

/// The signals that ask to stop: SIGINT, which is ctrl-c, and SIGTERM.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        // It fails where there is no console, and then nobody asks.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

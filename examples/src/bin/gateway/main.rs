//! A local sidecar: a program in any language gets a session, retries and a deadline by calling it in the place of an API.
//!
//! ```text
//! cargo run -p examples --bin demo-api
//! cargo run -p examples --bin gateway -- --upstream http://127.0.0.1:8000
//! curl http://127.0.0.1:9000/stats
//! ```
//!
//! `docs/gateway.md` tells what it promises, and shows it with a session.

mod admission;
mod allowed;
mod arguments;
mod caching;
mod client;
mod credential;
mod forward;
mod hop_by_hop;
mod kept_body;
mod log;
mod problem;
mod server;
mod shutdown;
mod start_error;
mod upstream;
mod via;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use crate::admission::Admission;
use crate::arguments::Arguments;
use crate::forward::Gateway;
use crate::server::Server;
use crate::shutdown::Signals;
use crate::start_error::StartError;
use crate::upstream::Upstream;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            tell(&error);
            error.exit_code()
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, StartError> {
    if arguments.log {
        log::to_stderr()?;
    }
    if !arguments.allow_remote && !arguments.listen.ip().is_loopback() {
        return Err(StartError::Remote(arguments.listen));
    }
    let upstream = Upstream::parse(&arguments.upstream).map_err(StartError::Upstream)?;
    if upstream.is_at(arguments.listen) {
        return Err(StartError::Itself(arguments.listen));
    }
    let admission = Admission::of(arguments, &upstream)?;
    let auth = credential::of(arguments, &upstream).await?;
    let client = client::build(arguments, &upstream, auth, caching::open(arguments)?)?;
    let gateway = Arc::new(Gateway::new(arguments, upstream, admission, client.clone()));

    // Signals are listened to before the line invites anyone to send one.
    let signals = Signals::listen().map_err(StartError::Signals)?;
    let server = Server::bind(arguments.listen).await?;
    let listening = format!("listening on http://{}\n", server.address());
    // Nobody may be there to read it.
    let _ = io::stdout().write_all(listening.as_bytes());
    let grace = Duration::from_secs(arguments.grace);
    let closed = shutdown::serve_until_asked(server, gateway, signals, grace, client).await;
    Ok(closed.unwrap_or_else(|error| {
        tell(&error);
        ExitCode::FAILURE
    }))
}

fn tell(error: &dyn Error) {
    // Nobody may be there to read it, which changes no exit code.
    let mut stderr = io::stderr();
    let _ = writeln!(stderr, "gateway: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = writeln!(stderr, "  because: {error}");
        source = error.source();
    }
}

//! Why the gateway can't start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use facade::private_cache::OpenError;
use facade::{ApiError, InvalidEndpoint, StoreError};

use crate::upstream::InvalidUpstream;

/// Why the gateway can't start. No text shows a URL, which may hold a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("--upstream can't be used: {0}")]
    Upstream(InvalidUpstream),
    #[error("--upstream is the gateway itself, at {0}")]
    Itself(SocketAddr),
    #[error("other machines could call at {0}, as this session: say --allow-remote if they may")]
    Remote(SocketAddr),
    #[error(
        "--upstream is plain http to another machine, where anyone on the way can read the token"
    )]
    InsecureUpstream,
    #[error("--allow-host takes a host without a port, such as sidecar or [fd00::1]")]
    AllowedHost,
    #[error("--allow-origin takes an origin as browsers write it, such as {instead}")]
    AllowedOrigin { instead: String },
    #[error("--token-url can't be used")]
    TokenUrl(#[source] InvalidEndpoint),
    #[error("can't read the client's secret in {}", path.display())]
    ClientSecret { path: PathBuf, source: io::Error },
    #[error("{} holds no tokens: sign in first", path.display())]
    NoTokens { path: PathBuf },
    #[error("--token-store can't be used")]
    Tokens(#[source] StoreError),
    #[error("{} is the cache of another gateway that runs", .0.display())]
    CacheInUse(PathBuf),
    #[error("--cache-dir {} can't be used", path.display())]
    Cache { path: PathBuf, source: OpenError },
    #[error("RUST_LOG can't be used: write it as wire_log=debug,info")]
    Filter,
    #[error("can't listen on {address}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("can't listen to signals")]
    Signals(#[source] io::Error),
    #[error("the client can't be made")]
    Client(#[source] ApiError),
}

impl StartError {
    /// 2 where something else has to be said or to be there, as for arguments that clap refuses; 1 for all else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Listen { .. } | Self::Signals(_) | Self::Client(_) => ExitCode::FAILURE,
            _ => ExitCode::from(2),
        }
    }
}

//! The log on standard error.

use std::{env, io};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

use crate::start_error::StartError;

/// The target of the gateway's own events: what it answers itself.
pub(crate) const TARGET: &str = "gateway";

/// Tells on standard error what `RUST_LOG` names, or else each attempt and what the gateway answers itself.
pub(crate) fn to_stderr() -> Result<(), StartError> {
    let filter = match env::var("RUST_LOG") {
        Ok(filter) => filter.parse().map_err(|_| StartError::Filter)?,
        Err(_) => Targets::new()
            .with_target("wire_log", Level::DEBUG)
            .with_target(TARGET, Level::DEBUG),
    };
    let lines = fmt::layer().with_writer(io::stderr);
    registry().with(filter).with(lines).init();
    Ok(())
}

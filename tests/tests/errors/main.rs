//! Each typed error, found from outside through the whole stack.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod broken_tls;
mod building;
mod cancelled;
mod deadlines;
mod decoding;
mod expectations;
mod kept;
mod runtimes;
mod sent;
mod session;
mod situations;
mod statuses;
mod transport;

//! Cancellation that the server sees.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod connecting;
mod http2;
mod phases;
mod siblings;
mod tokens;

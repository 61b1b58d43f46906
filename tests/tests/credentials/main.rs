//! Credentials of every kind, through the facade and over real sockets.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod clock;
mod fixed;
mod own;
mod scope;
mod tenants;

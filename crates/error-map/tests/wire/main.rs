//! What breaks on a real connection, told for what it was.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod compressed;
mod connecting;
mod http2;
mod malformed;
mod sockets;
mod uploads;

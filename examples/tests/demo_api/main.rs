//! What the demo API promises, over real sockets and through a plain client.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod access;
mod bodies;
mod demo;
mod faults;
mod messages;
mod refresh;
mod running;

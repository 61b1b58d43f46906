//! The gateway as a program, over real sockets.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod answers;
mod bodies;
mod caching;
mod disconnects;
mod page;
mod problems;
mod raw;
mod requests;
mod running;
mod secrets;
mod session;
mod shutdown;
mod startup;
mod token_file;

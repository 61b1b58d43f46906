//! Sessions in a file that several processes share, and that outlives their crashes.
//!
//! The API and its token endpoint are the demo API, which revokes a session when a refresh token is used twice.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and some tell what they counted or left out"
)]

mod crashes;
mod processes;
mod random_kills;
mod relay;
mod syscalls;
mod worker;
mod world;

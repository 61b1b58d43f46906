//! What the whole stack tells in its log, and what it never tells.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod calls;
mod documented;
mod leaks;
mod listener;

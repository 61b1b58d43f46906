//! Calls that are tried again, and calls that must not be.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod before_the_server;
mod budget;
mod concurrency;
mod connections;
mod deadlines;
mod faults;
mod headers_timeout;
mod healing;
mod idempotency_key;
mod parking;
mod policy;
mod secrets;
mod statuses;
mod ways;
mod with_session;

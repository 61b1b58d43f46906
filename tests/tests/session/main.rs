//! One session under many callers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod demo_api;
mod ended;
mod leavers;
mod same_client;
mod together;
mod token_endpoint_down;

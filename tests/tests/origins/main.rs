//! Two servers, of which the second must never see what belongs to the first.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod allowed;
mod default_headers;
mod every_redirect;
mod redirects;
mod tokens;
mod two_servers;

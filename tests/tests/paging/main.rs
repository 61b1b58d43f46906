//! Pages from servers that mean well, from sloppy ones and from hostile ones.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cancelled;
mod hostile_bodies;
mod hostile_links;
mod link_headers;
mod mended;
mod other_origins;
mod world;

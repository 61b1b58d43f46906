//! Sign-in by a browser on the same machine.
#![cfg(feature = "oauth2")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod asking;
mod refusing;
mod scene;

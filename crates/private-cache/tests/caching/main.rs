//! The cache over a scripted transport, under paused time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod background;
mod changing;
mod confirming;
mod errors;
mod gated_store;
mod identity;
mod names;
mod only_if_cached;
mod parts;
mod races;
mod reuse;
mod scene;
mod slow_store;
mod storing;
mod users;
mod validating;
mod whom;

//! Stores over managers of the http-cache crates: what they find again, and what they take for nothing.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod answers;
mod damage;
mod disk;
mod drawer;
mod forgetting;
mod threads;

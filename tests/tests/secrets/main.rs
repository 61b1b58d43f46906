//! Planted secrets, and everything the stack can print.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod building;
mod errors;
mod planted;
mod refreshers;
mod shown;
mod unredacted;
mod values;
mod wrapped;

//! What the demo API promises, over real sockets and through a plain client.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod access;
mod authorization_code;
mod bodies;
mod clients;
mod countries;
mod demo;
mod device;
mod faults;
mod messages;
mod refresh;
mod revocation;
mod running;
mod sign_in;

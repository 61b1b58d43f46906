//! What the tests of the whole stack share: a session over a real socket, probes, and ways to look into errors.
//!
//! The tests are in `tests/`, one file or folder for each theme. They use no paused time, since sockets don't know it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    clippy::must_use_candidate,
    clippy::unwrap_used,
    reason = "test tools fail by panicking"
)]

mod error_chain;
mod numbered_answer;
mod probe;
mod session;
mod soon;
mod stop_at;
mod token_endpoint;

pub use error_chain::{chain, find};
pub use numbered_answer::{NUMBERS, is_whole, numbered_answer, numbered_key};
pub use probe::{Log, Probe};
pub use session::{Session, builder, tokens};
pub use soon::soon;
pub use stop_at::StopAt;
pub use token_endpoint::TokenEndpoint;

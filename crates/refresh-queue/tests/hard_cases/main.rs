//! The hard cases, each with the exact number of requests and of refreshes, over a scripted transport.
//!
//! | case | in |
//! |---|---|
//! | one waiter is cancelled, or all are; logout and login during a refresh; late refusals; two clients | `callers` |
//! | the refresher panics, hangs, fails, is rejected, brings what has expired, meets a 401, calls itself | `refreshers` |
//! | no token is taken; a call that wants no credential; another origin; 500 calls and a rotating token | `servers` |
//! | a clock that is wrong, either way | `clocks` |
//! | a runtime that ends, a caller on another | `runtimes` |

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod callers;
mod clocks;
mod refreshers;
mod runtimes;
mod servers;
mod world;

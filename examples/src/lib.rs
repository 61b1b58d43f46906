//! Runnable programs that show the crates of this workspace at work.
//!
//! Each program is one file in `src/bin`. They run on [`demo_api`], a server that behaves like the API of a real service: as a
//! library inside the program, or as the `demo-api` binary in a process of its own.

pub mod demo_api;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

//! Test doubles for code that uses [`reqwest_middleware`]: a scripted transport, a gate, and a loopback server with fault
//! switches.
//!
//! # When to use
//!
//! - [`ScriptedTransport`] takes the place of the network under a chain of middleware. Nothing touches a socket, so paused
//!   tokio time governs everything: hours of backoff pass in milliseconds, instants and counts are exact. Most tests
//!   belong here.
//! - [`Gate`] replaces sleeps in tests of concurrent code: it holds tasks, says when exactly `n` are there, and lets them
//!   go one by one.
//! - [`FaultServer`] is for what only a socket shows: connection reuse, resets, truncated bodies, and whether a dropped
//!   future really closes its connection. It needs real time; never pause tokio's time in such a test.
//!
//! [`Reply`] writes down a response for both, and [`clock()`] gives code that reads the wall clock one that moves with
//! tokio's time.
//!
//! All of it is for tests: the `Debug` of what was recorded shows credentials and bodies, and a misuse or a failed
//! `assert_count` panics, with the caller's line in the message.
//!
//! # Example: a script under paused time
//!
//! In a test, this is the body of a `#[tokio::test(start_paused = true)]`, which needs tokio's `test-util` feature.
//!
//! ```
//! use std::time::Duration;
//! use reqwest_middleware::ClientWithMiddleware;
//! use testkit::{Answer, Reply, ScriptedTransport};
//! use tokio::time::{Instant, sleep};
//!
//! /// The code under test: it asks again until the server isn't busy any more.
//! async fn fetch(client: &ClientWithMiddleware) -> reqwest_middleware::Result<String> {
//!     loop {
//!         let response = client.get("http://api.test/report").send().await?;
//!         if response.status() != 503 {
//!             return Ok(response.text().await?);
//!         }
//!         sleep(Duration::from_secs(600)).await;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let transport = ScriptedTransport::new()
//!     .repeat(2, &Reply::status(503))
//!     .reply(Reply::json(200, r#"{"ok":true}"#).after(Duration::from_secs(5)))
//!     .then(Answer::fail_to_connect());
//! let client = transport.client();
//! let begun = Instant::now();
//!
//! assert_eq!(fetch(&client).await.unwrap(), r#"{"ok":true}"#);
//! assert_eq!(begun.elapsed(), Duration::from_secs(1205));
//! transport.assert_count(3);
//! assert!(fetch(&client).await.unwrap_err().is_connect());
//! # }
//! ```
//!
//! To test middleware, put it above the transport:
//! `transport.client_with(|builder| builder.with(first).with(second))`.
//!
//! # Example: a fault on a real socket
//!
//! ```
//! use testkit::{Behaviour, FaultServer, Reply};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = FaultServer::start().await?;
//! server
//!     .otherwise(Behaviour::HangBeforeHeaders)
//!     .once(Behaviour::Truncate { reply: Reply::status(200).body("hello"), sent: 3 });
//! let client = reqwest::Client::builder().no_proxy().build()?;
//!
//! let truncated = client.get(server.url()).send().await?.text().await.unwrap_err();
//! assert!(truncated.is_decode());
//!
//! // Dropping a call closes its socket, and the server sees it.
//! let call = tokio::spawn(client.get(server.url_of("/slow")).send());
//! server.wait_for_requests(2).await;
//! call.abort();
//! server.wait_for_disconnects(1).await;
//! assert_eq!(server.count_of("/slow"), 1);
//! # Ok(())
//! # }
//! ```

mod clock;
mod gate;
mod reply;
mod server;
mod transport;

pub use clock::{clock, clock_from};
pub use gate::Gate;
pub use reply::Reply;
pub use reply::body::BodyBrokenOff;
pub use server::{Behaviour, FaultServer, ReceivedRequest};
pub use transport::{Answer, ScriptExhausted, ScriptedTransport, SentRequest};

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

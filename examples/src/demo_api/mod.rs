//! A server that behaves like the API of a real service, for examples and tests to run on.
//!
//! It has logins, access tokens that expire, rotating refresh tokens, resources in JSON with cursor pages and entity tags, and
//! endpoints that fail, wait, take uploads and send blobs. Everything is kept in memory for as long as it runs, and forgotten
//! then.
//!
//! ```
//! use examples::demo_api::{DemoApi, Stats};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = DemoApi::builder().build().start().await?;
//! let client = reqwest::Client::builder().no_proxy().build()?;
//!
//! let login = serde_json::json!({"username": "ada", "password": "lovelace"});
//! let answer = client.post(format!("{}/login", server.url())).json(&login).send().await?;
//! let tokens: serde_json::Value = answer.json().await?;
//! assert_eq!(tokens["expires_in"], 3600);
//!
//! let stats: Stats = client.get(format!("{}/stats", server.url())).send().await?.json().await?;
//! assert_eq!(stats.logins, 1);
//!
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Endpoints
//!
//! | | |
//! |---|---|
//! | `POST /login` | JSON `{"username", "password"}`; answers with tokens (RFC 6749 §5.1), or 401 |
//! | `POST /oauth/token` | the `refresh_token` grant (RFC 6749 §6); each use rotates the refresh token |
//! | `GET /me` | `{"username", "scope"}`; bearer token |
//! | `GET /messages?cursor=&limit=` | one page: `{"data": [{"id", "author", "text"}], "meta": {"next_cursor"}}`, and a `Link`; 20 unless `limit` says else, at most 100; bearer token |
//! | `POST /messages` | JSON `{"text"}`; 201 with `Location`; `Idempotency-Key` is honoured; bearer token |
//! | `GET /messages/{id}` | one message, with `ETag` and `Last-Modified`; 304 to who has it; bearer token |
//! | `/flaky/{key}?failures=&retry_after=` | any method; 503 with `Retry-After` for the first `failures` requests of a key, then `{"key", "arrivals"}` |
//! | `/drop/{key}?failures=` | any method; the connection closes without an answer for the first `failures` requests of a key |
//! | `GET /slow?ms=` | waits, at most a minute, then `{"waited_ms"}` |
//! | `POST /upload`, `PUT /upload` | any body; `{"bytes", "content_type"}` |
//! | `GET /blob?bytes=` | so many bytes, at most 1 GiB, where the byte at offset `n` is `n mod 251`; `ETag`, one range |
//! | `POST /admin/expire` | access tokens expire now; `{"expired_access_tokens"}` |
//! | `POST /admin/revoke` | sessions end now; `{"revoked_sessions"}` |
//! | `GET /stats` | [`Stats`] |
//!
//! Both control endpoints take `{"username"}` for one user, or no body for all. They and the stats ask for no credential: keep a
//! demo API on loopback.
//!
//! There are 250 messages at the start, the same ones every time. `failures` and `retry_after` are 1 unless given. Keys of
//! `/flaky` and of `/drop` are counted apart and never forgotten: take a new key for each check.
//!
//! Errors are `application/problem+json` (RFC 9457) with a stable `code` beside the standard members; those of `/oauth/token` are
//! as in RFC 6749 §5.2, and a refused access token is told in `WWW-Authenticate` too (RFC 6750 §3).
//!
//! A refresh leaves the access tokens issued before it alone. A refresh token that is used twice revokes its session; with a
//! leeway, a second use gets the same successor for that long.

mod admin;
mod api;
mod bearer;
mod blob;
mod byte_range;
mod faults;
mod login;
mod me;
mod message_pages;
mod message_routes;
mod messages;
mod problem;
mod routes;
mod secret;
mod server;
mod sessions;
mod slow;
mod state;
mod stats;
mod token_endpoint;
mod tokens;
mod upload;
mod validators;

pub use api::{DemoApi, DemoApiBuilder};
pub use server::DemoServer;
pub use stats::Stats;

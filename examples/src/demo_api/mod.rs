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
//! | `POST /oauth/token` | the grants `refresh_token` (RFC 6749 §6; each use rotates the refresh token), `authorization_code` (§4.1.3), `client_credentials` (§4.4) and `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4) |
//! | `GET /oauth/authorize`, `POST /oauth/authorize` | a page on which a user lets a client in (RFC 6749 §4.1.1), and its form: `username`, `password`, and `decision`, which is `approve` or `deny`; a denial needs no login |
//! | `POST /oauth/device_authorization` | a device begins to wait for its user (RFC 8628 §3.1) |
//! | `GET /device?user_code=`, `POST /device` | a page on which a user lets a device in (RFC 8628 §3.3), and its form: `user_code`, `username`, `password`, and `decision` |
//! | `POST /oauth/revoke` | gives a token back (RFC 7009): a refresh token ends its session, an access token ends alone |
//! | `GET /me` | `{"username", "scope"}`; bearer token |
//! | `GET /messages?cursor=&limit=` | one page: `{"data": [{"id", "author", "text"}], "meta": {"next_cursor"}}`, and a `Link`; 20 unless `limit` says else, at most 100; bearer token |
//! | `POST /messages` | JSON `{"text"}`; 201 with `Location`; `Idempotency-Key` is honoured; bearer token of the scope `messages` |
//! | `GET /messages/{id}` | one message, with `ETag` and `Last-Modified`; 304 to who has it; bearer token |
//! | `/flaky/{key}?failures=&retry_after=` | any method; 503 with `Retry-After` for the first `failures` requests of a key, then `{"key", "arrivals"}` |
//! | `/drop/{key}?failures=` | any method; the connection closes without an answer for the first `failures` requests of a key |
//! | `GET /slow?ms=` | waits, at most a minute, then `{"waited_ms"}` |
//! | `POST /upload`, `PUT /upload` | any body; `{"bytes", "content_type"}` |
//! | `GET /blob?bytes=` | so many bytes, at most 1 GiB, where the byte at offset `n` is `n mod 251`; `ETag`, one range |
//! | `GET /countries` | `[{"code", "name"}]` in English, or in German to who names it first in `Accept-Language`; fresh for an hour, `ETag`, `Vary`, and good for a day more while the server fails |
//! | `POST /countries` | JSON `{"code", "english", "german"}` adds one; 201 |
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
//! Errors are `application/problem+json` (RFC 9457) with a stable `code` beside the standard members; those of `/oauth/…` are
//! as in RFC 6749 §5.2, pages for people are HTML, and a refused access token is told in `WWW-Authenticate` too (RFC 6750 §3).
//!
//! A refresh leaves the access tokens issued before it alone. A refresh token that is used twice revokes its session; with a
//! leeway, a second use gets the same successor for that long.
//!
//! # Clients
//!
//! A client with a secret shows it by Basic, form-urlencoded as RFC 6749 §2.3.1 asks, or in the body; a public one sends its
//! `client_id`. What a client was given, it alone can refresh and revoke. Tokens of `/login` belong to no client, and can be
//! refreshed and revoked by anyone who has them.
//!
//! The scopes are `messages`, which is the usual one, and `messages.read`, which is part of it. A refresh may ask for less
//! (RFC 6749 §6).
//!
//! An authorization request needs a `redirect_uri` on the address `127.0.0.1` or `[::1]`, any port and any path (RFC 8252
//! §7.3), and a `code_challenge` by `S256` (RFC 7636). What comes back has `state` and `iss` (RFC 9207; it is the base URL). A
//! code buys tokens once, within a minute; when it comes again, what it has bought is revoked.
//!
//! A device that polls sooner than its `interval` is told `slow_down`, and has to wait five seconds longer from then on. Once
//! its user has decided, it is told so without regard to the interval.
//!
//! A program can be its own user, in a test:
//!
//! ```
//! use std::collections::HashMap;
//! use examples::demo_api::DemoApi;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = DemoApi::builder().build().start().await?;
//! let client = reqwest::Client::builder().no_proxy().build()?;
//! let url = server.url();
//!
//! let begin = [("client_id", "cli")];
//! let begun = client.post(format!("{url}/oauth/device_authorization")).form(&begin).send().await?;
//! let begun: serde_json::Value = begun.json().await?;
//!
//! let page = begun["verification_uri_complete"].as_str().unwrap_or_default();
//! let yes = [("username", "ada"), ("password", "lovelace"), ("decision", "approve")];
//! assert_eq!(client.post(page).form(&yes).send().await?.status(), 200);
//!
//! let grant = HashMap::from([
//!     ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
//!     ("client_id", "cli"),
//!     ("device_code", begun["device_code"].as_str().unwrap_or_default()),
//! ]);
//! let answer = client.post(format!("{url}/oauth/token")).form(&grant).send().await?;
//! let tokens: serde_json::Value = answer.json().await?;
//! assert_eq!(tokens["scope"], "messages");
//! # Ok(())
//! # }
//! ```

mod accounts;
mod admin;
mod api;
mod bearer;
mod blob;
mod byte_range;
mod countries;
mod faults;
mod grantee;
mod login;
mod me;
mod message_pages;
mod message_routes;
mod messages;
mod oauth;
mod problem;
mod routes;
mod scope;
mod secret;
mod server;
mod sessions;
mod slow;
mod state;
mod stats;
mod tokens;
mod upload;
mod validators;

pub use api::{DemoApi, DemoApiBuilder};
pub use server::DemoServer;
pub use stats::Stats;

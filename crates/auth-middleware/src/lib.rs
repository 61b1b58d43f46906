//! Puts a credential on requests to allowed origins, and judges what a refusal says about it.
//!
//! The simplest use is a bearer token that never changes:
//!
//! ```
//! use auth_middleware::{AuthMiddleware, Bearer};
//! use request_context::Origin;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origin: Origin = "https://api.example.com".parse()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(AuthMiddleware::fixed(Bearer::new("access-1")?, origin))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! A token that the program keeps in a store, looked up for each request:
//!
//! ```
//! use auth_middleware::AuthMiddleware;
//! use request_context::{Origin, OriginAllowList};
//! use token_store::{MemoryStore, TokenSet};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origins = OriginAllowList::new()
//!     .allow("https://api.example.com".parse::<Origin>()?)
//!     .allow_subdomains_of("https://regions.example.com".parse::<Origin>()?);
//! let store = MemoryStore::from(TokenSet::new("access-1"));
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(AuthMiddleware::from_store(store, origins))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! # Credentials
//!
//! | | |
//! |---|---|
//! | [`Bearer`] | an access token (RFC 6750) |
//! | [`Basic`] | a user and a password (RFC 7617) |
//! | [`ApiKey`] | a key in a header or in the query |
//! | [`Custom`] | a closure, for schemes of your own and for signatures |
//! | any [`Credential`](request_context::Credential) | one that must wait before it can sign, for example |
//!
//! A signature over what is about to be sent, made anew for each attempt:
//!
//! ```
//! use auth_middleware::{AuthMiddleware, Custom};
//! use request_context::Origin;
//! # fn sign(_: &str) -> String { "ok".to_owned() }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let signed = Custom::new(|request| {
//!     let signature = sign(&format!("{} {}", request.method(), request.url().path()));
//!     request.headers_mut().insert("x-signature", signature.try_into()?);
//!     Ok(())
//! });
//! let origin: Origin = "https://api.example.com".parse()?;
//! let auth = AuthMiddleware::fixed(signed, origin);
//! # Ok(()) }
//! ```
//!
//! One request can do without, by [`WithoutAuth`](request_context::WithoutAuth) in its extensions, or carry another
//! credential, by [`WithCredential`](request_context::WithCredential).
//!
//! # What it promises
//!
//! - A credential goes to allowed origins only, over `https` or to this machine unless told otherwise.
//! - An `Authorization` header of the caller's own is never overwritten, and its refusal never judged. The same goes for
//!   the header or the query parameter of an API key.
//! - Headers are marked sensitive, so that no log shows them. A key in the query is taken out of the URL of the answer
//!   and of reqwest's errors.
//! - A refusal is judged by its challenges; [`AuthMiddleware`] says how. [`Challenges`] reads them for layers of your
//!   own.
//!
//! # Redirects
//!
//! The layer can't see redirects that reqwest follows by itself, below it. reqwest drops `Authorization` and `Cookie`
//! when a redirect leaves the host, but no other header: an API key's header and a signature in one **travel along to
//! wherever the redirect leads**, and a key in the query goes there in `Referer`. So with those, let reqwest follow none:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let reqwest = reqwest::Client::builder()
//!     .redirect(reqwest::redirect::Policy::none())
//!     .referer(false)
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! A layer above that follows them, such as `safe-redirect`, sends each hop through this one as a request of its own.
//!
//! A redirect that reqwest follows within the origin keeps the headers. A signature in them is then one of another URL,
//! and a key in the query is left behind.
//!
//! # When to use
//!
//! Whenever requests carry a credential. To have it renewed too, put a `refresh-queue` above and use
//! [`AuthMiddleware::handed_down`].
//!
//! # Order
//!
//! Below retries, caches and the refresh queue, so that each attempt carries a credential that is valid now and is
//! signed anew; above whatever logs single attempts. What a layer below adds isn't signed.
//!
//! Two credentials on one request are two layers: the one that sets `Authorization` goes below the other, which would
//! otherwise take that header for the caller's own. The upper one's verdict stands.
//!
//! # Tokens that are renewed
//!
//! With the feature `oauth2`, `TokenRefresher` renews the tokens in a token store for a
//! refresh queue: once among all who share the store, other processes too. What it buys them with is a `Grant`: a refresh
//! token (RFC 6749 §6), client credentials (§4.4), or a closure for an API with a refresh endpoint of its own.
//!
#![cfg_attr(feature = "oauth2", doc = "```")]
#![cfg_attr(not(feature = "oauth2"), doc = "```ignore")]
//! use auth_middleware::{AuthMiddleware, RefreshTokenGrant, TokenEndpoint, TokenRefresher};
//! use refresh_queue::{RefreshMiddleware, RefreshQueue};
//! use request_context::Origin;
//! use token_store::{MemoryStore, TokenSet};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::from(TokenSet::new("access-1").refresh_token("refresh-1"));
//! let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-app").build()?;
//! let queue = RefreshQueue::new(TokenRefresher::new(store, RefreshTokenGrant::new(endpoint)));
//!
//! let origin: Origin = "https://api.example.com".parse()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::builder().build()?)
//!     .with(RefreshMiddleware::new(queue, origin.clone()))
//!     .with(AuthMiddleware::handed_down(origin))
//!     .build();
//! # Ok(()) }
//! ```
//!
//! A service, as a confidential client with limits of its own:
//!
#![cfg_attr(feature = "oauth2", doc = "```")]
#![cfg_attr(not(feature = "oauth2"), doc = "```ignore")]
//! use std::time::Duration;
//! use auth_middleware::{ClientCredentialsGrant, TokenEndpoint, TokenRefresher};
//! use refresh_queue::RefreshQueue;
//! use token_store::MemoryStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = TokenEndpoint::builder("https://login.example.com/token", "my-service")
//!     .client_secret("s3cret")
//!     .secret_in_body(true)
//!     .timeout(Duration::from_secs(5))
//!     .build()?;
//! let grant = ClientCredentialsGrant::new(endpoint)
//!     .scope("orders:read orders:write")
//!     .resource("https://api.example.com/");
//! let queue = RefreshQueue::new(TokenRefresher::new(MemoryStore::new(), grant));
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! - `oauth2`: `BearerTokens`, a token set that a refresh queue can renew; `TokenRefresher`, the grants, and `Revocation`
//!   (RFC 7009). `AuthorizationCode` and `DeviceAuthorization` sign a user in, by a browser on the same machine or elsewhere.

mod added_query;
mod api_key;
mod basic;
mod bearer;
mod challenge;
mod clock_skew;
mod custom;
mod judgement;
mod middleware;
#[cfg(feature = "oauth2")]
mod oauth2;
mod put_on;
#[cfg(feature = "oauth2")]
mod sign_in;
mod source;
mod untouched;

pub use api_key::{ApiKey, InvalidApiKey};
pub use basic::{Basic, InvalidBasic};
pub use bearer::{Bearer, InvalidToken};
pub use challenge::{Challenge, Challenges};
pub use custom::Custom;
pub use middleware::AuthMiddleware;
#[cfg(feature = "oauth2")]
pub use oauth2::{
    BearerTokens, ClientCredentialsGrant, Grant, InvalidEndpoint, RefreshTokenGrant, RenewalError,
    Revocation, TokenEndpoint, TokenEndpointBuilder, TokenEndpointError, TokenEndpointErrorKind,
    TokenRefresher, TokenTypeHint, Unsettled,
};
#[cfg(feature = "oauth2")]
pub use sign_in::{
    AuthorizationCode, DeviceAuthorization, DeviceCode, Loopback, RedirectListener, SignInError,
};

#[cfg(all(doctest, feature = "oauth2"))]
#[doc = include_str!("../README.md")]
struct Readme;

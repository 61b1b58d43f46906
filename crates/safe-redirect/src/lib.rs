//! Redirects that carry nothing they shouldn't.
//!
//! ```
//! use safe_redirect::RedirectMiddleware;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // reqwest's own redirects see neither what the layers above put on a request nor what a header means.
//! let reqwest = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest)
//!     .with(RedirectMiddleware::new())
//!     .build();
//! # Ok(()) }
//! ```
//!
//! Each default has an option, each request may want something else, and the way that an answer came can be read:
//!
//! ```
//! use http::HeaderName;
//! use request_context::{Origin, OriginAllowList};
//! use safe_redirect::{Hops, RedirectMiddleware, RedirectRefusal, RedirectRefused, Redirects};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let ours = ["https://api.example.com", "https://files.example.com"];
//! let ours = ours.iter().map(|url| url.parse()).collect::<Result<OriginAllowList, _>>()?;
//! let redirects = RedirectMiddleware::new()
//!     .max_redirects(5)
//!     .origins(ours) // from one of these to the other, all goes along
//!     .credential_header(HeaderName::from_static("x-acme-door"));
//! let reqwest = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
//! let client = reqwest_middleware::ClientBuilder::new(reqwest).with(redirects).build();
//!
//! let upload = client.put("https://api.example.com/avatar").body("…").with_extension(Redirects::up_to(1));
//! match upload.send().await {
//!     Ok(response) => {
//!         for hop in response.extensions().get::<Hops>().into_iter().flatten() {
//!             println!("{} from {}", hop.status(), hop.url().path());
//!         }
//!     }
//!     Err(reqwest_middleware::Error::Middleware(error)) => match error.downcast_ref::<RedirectRefused>() {
//!         Some(refused) if refused.reason() == RedirectRefusal::BodyLeavesOrigin => {
//!             println!("it should go to {:?}", refused.location());
//!         }
//!         _ => return Err(error.into()),
//!     },
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(()) }
//! ```
//!
//! # What is followed
//!
//! | status (RFC 9110 §15.4) | method | body |
//! |---|---|---|
//! | 301, 302 | `POST` becomes `GET`, as in browsers; others stay | goes with a `POST`; others keep theirs |
//! | 303 | `HEAD` stays, all others become `GET` | none |
//! | 307, 308 | stays | is sent again |
//! | 300, 304, 305, 306 | returned as they are | |
//!
//! Where the request is not repeated, the headers that describe its body go too, an `Idempotency-Key`, which named the
//! request, and an `X-HTTP-Method-Override`, which named its method. A body can be sent again if it is in memory, or if a [`ReplayableBody`] in the extensions makes it. A stream
//! without one is sent once; a 307 or 308 is then refused.
//!
//! `Location` is resolved against the URL that was asked for. A reference without a fragment inherits that of the URL (RFC
//! 9110 §10.2.2). Userinfo in it is left out. Without a `Location`, or with one that is no URL or stands there in two
//! versions, the answer is returned as it is, as reqwest does.
//!
//! # What is refused
//!
//! The call ends as [`RedirectRefused`], whose [`reason`](RedirectRefused::reason) can be matched:
//!
//! | | unless |
//! |---|---|
//! | the eleventh redirect | [`max_redirects`](RedirectMiddleware::max_redirects), [`Redirects::up_to`] |
//! | a request that the call has made already: same method, URL and body, and no cookie was set meanwhile | |
//! | from `https` to plain `http` | [`allow_insecure`](RedirectMiddleware::allow_insecure) |
//! | to a scheme other than `http` and `https` | |
//! | a request with a body, to be repeated at another origin | both are among the [`origins`](RedirectMiddleware::origins) |
//! | a request whose body can't be sent again | |
//!
//! # What stays behind
//!
//! An origin is scheme, host and port. When a redirect leads to another, these headers stay behind, unless both origins are
//! among the [`origins`](RedirectMiddleware::origins):
//!
//! - those that are marked sensitive (`HeaderValue::set_sensitive`);
//! - `Authorization`, `Proxy-Authorization`, `Cookie`, `Idempotency-Key`, and all others whose name has `auth`, `cookie`,
//!   `credential`, `csrf`, `dpop`, `jwt`, `key`, `otp`, `passw`, `secret`, `session`, `signature`, `token` or `xsrf` in it, as
//!   API keys have;
//! - those named by [`credential_header`](RedirectMiddleware::credential_header);
//! - `Referer` and `Origin`, which name the first origin.
//!
//! `Host` stays behind wherever the origin changes. No `Referer` is ever added. What stayed behind doesn't come back, not even
//! when the call comes back to where it began.
//!
//! A layer below that puts credentials on sees each hop as a request of its own, and decides by its own list of origins. Two
//! things it must not do after a redirect to an origin that isn't allowed, so such a request is marked
//! [`WithoutAuth`](request_context::WithoutAuth): put a credential in the place of an `Authorization` of the caller's own
//! that stayed behind; and sign what another origin asks to be changed, by a method that isn't safe (RFC 9110 §9.2.1).
//!
//! # When to use
//!
//! Whenever a request carries a secret that isn't `Authorization` or a cookie, or a body that isn't anyone's; wherever
//! layers below put on credentials, sign, cache or log each request. reqwest follows redirects below all of them: it takes
//! API keys along to any host, and no layer sees the hops.
//!
//! # Order
//!
//! Outside the layers that treat each request as one: caches, retries, credentials, logs. Inside those that look at a whole
//! call: cancellation and deadlines, errors from statuses. The client below must follow no redirects itself. A layer below
//! that adds a secret of its own to each request must look at the URL first.
//!
//! One set of extensions serves all hops. Each hop counts as one more sending in [`Call::attempts`], and the redirects of the
//! call are in [`Call::hops`] too.
//!
//! # Connections
//!
//! What a redirect has for a body is read to its end first, within 64 KiB and a tenth of a second, so that its connection
//! can carry the next request.

mod decision;
mod follow;
mod kept;
mod kept_url;
mod left_behind;
mod location;
mod middleware;
mod redirects;
mod way;

pub use middleware::RedirectMiddleware;
pub use redirects::Redirects;
pub use request_context::{
    Call, DeadlineExceeded, Hop, Hops, RedirectRefusal, RedirectRefused, ReplayError,
    ReplayableBody,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

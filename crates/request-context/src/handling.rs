//! What a layer's `handle` returns.

use std::pin::Pin;

use reqwest::Response;
use reqwest_middleware::Result;

/// What `#[async_trait]` makes of an async [`handle`](reqwest_middleware::Middleware::handle), for a layer that writes it
/// by hand: it can hand up the next layer's future as it is, or box one that holds less.
///
/// ```
/// use http::Extensions;
/// use request_context::Handling;
/// use reqwest::Request;
/// use reqwest_middleware::{Middleware, Next};
///
/// struct Version;
///
/// impl Middleware for Version {
///     fn handle<'a, 'b, 'c, 'handling>(
///         &'a self,
///         mut request: Request,
///         extensions: &'b mut Extensions,
///         next: Next<'c>,
///     ) -> Handling<'handling>
///     where
///         Self: 'handling,
///         'a: 'handling,
///         'b: 'handling,
///         'c: 'handling,
///     {
///         let version = http::HeaderValue::from_static("2");
///         request.headers_mut().insert("x-api-version", version);
///         next.run(request, extensions)
///     }
/// }
/// ```
#[cfg(not(target_arch = "wasm32"))]
pub type Handling<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;
/// What `#[async_trait(?Send)]` makes of an async `handle`.
#[cfg(target_arch = "wasm32")]
pub type Handling<'a> = Pin<Box<dyn Future<Output = Result<Response>> + 'a>>;

//! What a layer's `handle` returns.

use std::pin::Pin;

use reqwest::Response;
use reqwest_middleware::Result;

/// What `async_trait` makes of an async `handle`. A layer that writes it by hand can hand up the next layer's future as it
/// is, and needs none of its own.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Outcome<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;
#[cfg(target_arch = "wasm32")]
pub(crate) type Outcome<'a> = Pin<Box<dyn Future<Output = Result<Response>> + 'a>>;

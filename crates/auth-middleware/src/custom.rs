//! A scheme of the program's own, as a closure.

use std::fmt;
use std::sync::Arc;

use request_context::{BoxError, Credential, CredentialError};
use reqwest::Request;

type PutOn = dyn Fn(&mut Request) -> Result<(), BoxError> + Send + Sync;

/// A scheme of the program's own: a closure that puts the credential on each request, or signs it.
///
/// The closure runs for each attempt anew, right before it is sent. It sees the final method, URL, body and headers,
/// except for what reqwest adds below all layers: `Host`, `Accept`, `Accept-Encoding`, `Cookie`, `Content-Length`, and
/// its client's default headers. `request.body()` holds the bytes of a buffered body; of a stream it can't know them.
/// What layers below this one add isn't signed.
///
/// Every header that it sets or changes is marked sensitive. A query that it adds is taken out again of what comes
/// back, as for [`ApiKey::query`](crate::ApiKey::query). When it changes neither headers nor URL, the request counts
/// as sent without a credential: that is how it leaves alone what the caller has set.
///
/// A scheme that must wait, for a key server perhaps, implements [`Credential`] itself.
///
/// ```
/// use auth_middleware::Custom;
/// # fn sign(_method: &str, _path: &str, _body: &[u8]) -> String { String::new() }
///
/// let signed = Custom::new(|request| {
///     let body = match request.body() {
///         None => &[],
///         Some(body) => body.as_bytes().ok_or("a stream can't be signed")?,
///     };
///     let signature = sign(request.method().as_str(), request.url().path(), body);
///     request.headers_mut().insert("x-signature", signature.try_into()?);
///     Ok(())
/// });
/// # drop(signed);
/// ```
#[derive(Clone)]
pub struct Custom(Arc<PutOn>);

impl Custom {
    /// A credential that this closure puts on. Where it fails, the request isn't sent, and the caller gets a
    /// [`CredentialError`] with the closure's error as its source.
    pub fn new(
        put_on: impl Fn(&mut Request) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(put_on))
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait::async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait::async_trait(?Send))]
impl Credential for Custom {
    async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
        (self.0)(request).map_err(CredentialError::new)
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Custom").finish_non_exhaustive()
    }
}

//! Another credential for one request.

use std::fmt;
use std::sync::Arc;

use crate::{Credential, Version, Versioned};

/// Gives one request another credential than all others have: put it into the request's extensions.
///
/// It goes to the same origins as the usual credential, and never over an `Authorization` header of the caller's own.
/// The session has no part in such a request: it neither waits for a refresh nor starts one, whatever the answer says,
/// and an ended session doesn't stop it.
///
/// ```
/// # async fn revoke(
/// #     client: reqwest_middleware::ClientWithMiddleware,
/// #     admin: impl request_context::Credential + 'static,
/// # ) -> reqwest_middleware::Result<()> {
/// use request_context::WithCredential;
///
/// let url = "https://api.example.com/sessions/7";
/// client.delete(url).with_extension(WithCredential::new(admin)).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct WithCredential(Versioned);

impl WithCredential {
    /// The request carries this credential.
    pub fn new(credential: impl Credential + 'static) -> Self {
        let credential = Arc::new(credential);
        Self(Versioned::new(Version::default(), None, credential))
    }

    /// The credential, for the layer that puts it on.
    pub fn credential(&self) -> &Versioned {
        &self.0
    }
}

impl fmt::Debug for WithCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCredential").finish_non_exhaustive()
    }
}

//! What a queue can keep fresh.

use std::sync::Arc;
use std::time::SystemTime;

use request_context::{Credential, Principal};

/// What a queue can keep fresh: a token set, a session cookie, anything that puts itself on requests and ends.
///
/// ```
/// use std::sync::Arc;
/// use std::time::SystemTime;
/// use http::{HeaderName, HeaderValue, header::COOKIE};
/// use refresh_queue::Renewable;
/// use request_context::Credential;
///
/// #[derive(Clone)]
/// struct SessionCookie {
///     cookie: HeaderValue,
///     expires_at: SystemTime,
/// }
///
/// impl Renewable for SessionCookie {
///     fn credential(&self) -> Arc<dyn Credential> {
///         Arc::new(Cookie(self.cookie.clone()))
///     }
///     fn expires_at(&self) -> Option<SystemTime> {
///         Some(self.expires_at)
///     }
/// }
///
/// struct Cookie(HeaderValue);
///
/// impl Credential for Cookie {
///     fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
///         Some((&COOKIE, &self.0))
///     }
/// }
/// ```
pub trait Renewable: Clone + Send + Sync + 'static {
    /// What goes on each request. The queue asks once for each value it is given.
    fn credential(&self) -> Arc<dyn Credential>;

    /// When the credential stops being good, if that is known. Default: unknown, so that only an answer tells.
    fn expires_at(&self) -> Option<SystemTime> {
        None
    }

    /// Whom the credential speaks for. It must survive refreshes and change with the login. Default: unknown.
    fn principal(&self) -> Option<Principal> {
        None
    }
}

//! A credential, and the version by which layers speak of it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::header::COOKIE;
use http::{HeaderName, HeaderValue};
use reqwest::Request;

use crate::{BoxError, Principal, without_url};

/// Puts itself on the final request: a bearer token, an API key, a signature.
///
/// Type-erased on purpose, so that the layer that renews credentials and the one that applies them can't silently
/// disagree about the type.
///
/// Most credentials are one header whose value is known beforehand. Those answer [`header`](Self::header) and are
/// done; they are applied without a future. Others, such as signatures, override [`apply`](Self::apply).
///
/// ```
/// use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
/// use request_context::Credential;
///
/// struct Bearer(HeaderValue);
///
/// impl Credential for Bearer {
///     fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
///         Some((&AUTHORIZATION, &self.0))
///     }
/// }
/// ```
#[cfg_attr(not(target_arch = "wasm32"), async_trait::async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait::async_trait(?Send))]
pub trait Credential: Send + Sync {
    /// The one header that this credential consists of, if it is no more than that. It is marked sensitive when it goes on a
    /// request.
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        None
    }

    /// Puts the credential on the request. It may wait, and it sees the method, URL, headers and body as they
    /// leave the program.
    ///
    /// # Errors
    ///
    /// [`CredentialError`] when it can't be applied; the request is then not sent.
    async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
        if let Some((name, value)) = self.header() {
            put_on(request, name, value);
        }
        Ok(())
    }
}

fn put_on(request: &mut Request, name: &HeaderName, value: &HeaderValue) {
    let mut value = match request.headers().get(name) {
        Some(others) if name == COOKIE => joined(others, value),
        _ => value.clone(),
    };
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
}

/// Cookies go into one header (RFC 6265 §5.4).
fn joined(cookies: &HeaderValue, cookie: &HeaderValue) -> HeaderValue {
    let whole = [cookies.as_bytes(), b"; ", cookie.as_bytes()].concat();
    // Two valid values joined by valid bytes are one.
    HeaderValue::from_bytes(&whole).unwrap_or_else(|_| cookie.clone())
}

/// A credential could not be put on a request; the source says why.
#[derive(Debug, thiserror::Error)]
#[error("the credential could not be applied")]
pub struct CredentialError {
    source: BoxError,
}

impl CredentialError {
    /// The credential could not be applied, for this reason.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self {
            source: without_url(source.into()),
        }
    }
}

/// Which credential of a session this is. Later ones are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A credential with its version and whose it is. It clones cheaply.
#[derive(Clone)]
pub struct Versioned {
    version: Version,
    principal: Option<Principal>,
    credential: Arc<dyn Credential>,
    obtained_at: Option<SystemTime>,
}

impl Versioned {
    /// Joins a credential with its version and the principal it speaks for.
    pub fn new(
        version: Version,
        principal: Option<Principal>,
        credential: Arc<dyn Credential>,
    ) -> Self {
        Self {
            version,
            principal,
            credential,
            obtained_at: None,
        }
    }

    /// Says when the credential was obtained from its issuer.
    #[must_use]
    pub fn obtained(mut self, at: SystemTime) -> Self {
        self.obtained_at = Some(at);
        self
    }

    /// When the credential was obtained from its issuer, by this program's clock; none if that was before the program
    /// got hold of it. A server whose clock is behind may take it for not yet valid.
    pub fn obtained_at(&self) -> Option<SystemTime> {
        self.obtained_at
    }

    /// Which credential of its session this is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whom the credential speaks for, if that is known.
    pub fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// The header that the credential consists of, if it is no more than that.
    pub fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        self.credential.header()
    }

    /// Whether the caller has set the header that the credential consists of by hand, an API key for example. Cookies are
    /// for anyone to add.
    pub fn is_set_already(&self, request: &Request) -> bool {
        let header = self.header();
        header.is_some_and(|(name, _)| name != COOKIE && request.headers().contains_key(name))
    }

    /// Puts the header on the request that the credential consists of, if it is no more than that, and tells whether it is.
    /// The value is marked sensitive, so that no log shows it and no redirect takes it along unseen. A cookie joins those
    /// that are there; any other header is replaced.
    pub fn apply_header(&self, request: &mut Request) -> bool {
        let header = self.header();
        if let Some((name, value)) = header {
            put_on(request, name, value);
        }
        header.is_some()
    }

    /// Puts the credential on the request; a prebuilt header goes on without a future of its own, as
    /// [`apply_header`](Self::apply_header) does it.
    ///
    /// # Errors
    ///
    /// [`CredentialError`] when the credential can't be applied.
    pub async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
        if self.apply_header(request) {
            return Ok(());
        }
        self.credential.apply(request).await
    }
}

impl fmt::Debug for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Versioned")
            .field("version", &self.version)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use reqwest::Method;

    use super::*;

    struct Key(HeaderValue);

    impl Credential for Key {
        fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
            Some((&AUTHORIZATION, &self.0))
        }
    }

    struct Signature;

    #[async_trait::async_trait]
    impl Credential for Signature {
        async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
            let signature = format!("{} {}", request.method(), request.url().path());
            let value = HeaderValue::try_from(signature).map_err(CredentialError::new)?;
            request.headers_mut().insert("signature", value);
            Ok(())
        }
    }

    fn request() -> Request {
        Request::new(Method::GET, "http://localhost/path".parse().unwrap())
    }

    #[tokio::test]
    async fn a_header_credential_replaces_the_one_before() {
        let mut request = request();
        for token in ["old", "new"] {
            let credential = Arc::new(Key(HeaderValue::from_static(token)));
            Versioned::new(Version::default(), None, credential)
                .apply(&mut request)
                .await
                .unwrap();
        }
        let sent: Vec<_> = request.headers().get_all(AUTHORIZATION).iter().collect();
        assert_eq!(sent, ["new"]);
    }

    #[tokio::test]
    async fn a_header_is_marked_sensitive_whoever_built_it() {
        let mut request = request();
        let key = Arc::new(Key(HeaderValue::from_static("hunter2")));
        key.apply(&mut request).await.unwrap();
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        request.headers_mut().clear();
        let key = Versioned::new(Version::default(), None, key);
        key.apply(&mut request).await.unwrap();
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        assert!(key.is_set_already(&request));
    }

    struct Cookie;

    impl Credential for Cookie {
        fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
            static SESSION: HeaderValue = HeaderValue::from_static("session=1");
            Some((&COOKIE, &SESSION))
        }
    }

    #[tokio::test]
    async fn a_cookie_joins_those_of_the_caller() {
        let mut request = request();
        let lang = HeaderValue::from_static("lang=de");
        request.headers_mut().insert(COOKIE, lang);
        let cookie = Versioned::new(Version::default(), None, Arc::new(Cookie));
        assert!(!cookie.is_set_already(&request));
        cookie.apply(&mut request).await.unwrap();
        let sent: Vec<_> = request.headers().get_all(COOKIE).iter().collect();
        assert_eq!(sent, ["lang=de; session=1"]);
        assert!(sent[0].is_sensitive());
    }

    #[tokio::test]
    async fn a_signing_credential_sees_the_request() {
        let mut request = request();
        let credential = Versioned::new(Version::default(), None, Arc::new(Signature));
        credential.apply(&mut request).await.unwrap();
        assert_eq!(request.headers()["signature"], "GET /path");
    }

    #[test]
    fn debug_does_not_show_the_credential() {
        let credential = Arc::new(Key(HeaderValue::from_static("hunter2")));
        let versioned = Versioned::new(Version::default(), None, credential);
        assert!(!format!("{versioned:?}").contains("hunter2"));
    }
}

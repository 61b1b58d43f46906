//! A credential, and the version by which layers speak of it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

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
    /// The one header that this credential consists of, if it is no more than that. Mark the value sensitive.
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
            request.headers_mut().insert(name, value.clone());
        }
        Ok(())
    }
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

    /// Puts the credential on the request; a prebuilt header goes on without a future of its own.
    ///
    /// # Errors
    ///
    /// [`CredentialError`] when the credential can't be applied.
    pub async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
        if let Some((name, value)) = self.credential.header() {
            request.headers_mut().insert(name, value.clone());
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

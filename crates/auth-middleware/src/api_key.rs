//! A key in a header or in the query.

use std::fmt;

use http::{HeaderName, HeaderValue};
use request_context::{Credential, CredentialError};
use reqwest::Request;
use secrecy::{ExposeSecret, SecretString};

/// A key in a header or in the query.
///
/// A header that the caller has set is left as it is, and so is a parameter of the same name in the caller's URL.
///
/// Prefer the header. A query ends up in the logs of every server and proxy on the way. On this side the layer takes
/// the key out again of what it hands up: the response's URL, the `Location`, `Content-Location` and `Link` headers
/// that repeat it as it is, and the URL in an error of reqwest's. A server that repeats it encoded, in the query of another
/// URL for example, shows it.
///
/// ```
/// use auth_middleware::{ApiKey, AuthMiddleware};
/// use request_context::Origin;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let origin: Origin = "https://api.example.com".parse()?;
/// let in_header = AuthMiddleware::fixed(ApiKey::header("x-api-key", "key-1")?, origin.clone());
/// let in_query = AuthMiddleware::fixed(ApiKey::query("api_key", "key-1"), origin);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct ApiKey(Place);

#[derive(Clone)]
enum Place {
    Header(HeaderName, HeaderValue),
    Query(String, SecretString),
}

impl ApiKey {
    /// A key that is the whole value of this header. It is built once and marked sensitive.
    ///
    /// # Errors
    ///
    /// [`InvalidApiKey`] when this is no name of a header, or when the key has characters that no header can carry.
    pub fn header<N>(name: N, key: impl Into<SecretString>) -> Result<Self, InvalidApiKey>
    where
        N: TryInto<HeaderName>,
    {
        let name = name.try_into().map_err(|_| InvalidApiKey::Name)?;
        let key: SecretString = key.into();
        let value = HeaderValue::from_str(key.expose_secret());
        let mut value = value.map_err(|_| InvalidApiKey::Key)?;
        value.set_sensitive(true);
        Ok(Self(Place::Header(name, value)))
    }

    /// A key that is the value of this parameter of the query.
    pub fn query(name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self(Place::Query(name.into(), key.into()))
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait::async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait::async_trait(?Send))]
impl Credential for ApiKey {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        match &self.0 {
            Place::Header(name, value) => Some((name, value)),
            Place::Query(..) => None,
        }
    }

    async fn apply(&self, request: &mut Request) -> Result<(), CredentialError> {
        match &self.0 {
            Place::Header(name, value) => {
                request.headers_mut().insert(name, value.clone());
            }
            Place::Query(name, key) => add(request, name, key),
        }
        Ok(())
    }
}

fn add(request: &mut Request, name: &str, key: &SecretString) {
    if request.url().query_pairs().any(|(own, _)| own == name) {
        return;
    }
    let mut query = request.url_mut().query_pairs_mut();
    query.append_pair(name, key.expose_secret());
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ApiKey");
        match &self.0 {
            Place::Header(name, _) => shown.field("header", name),
            Place::Query(name, _) => shown.field("query", name),
        };
        shown.finish_non_exhaustive()
    }
}

/// A header that can't carry an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidApiKey {
    /// This is no name of a header.
    #[error("not a valid header name")]
    Name,
    /// The key has characters that no header can carry, such as a line break.
    #[error("the key has characters that no header can carry")]
    Key,
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    async fn applied(url: &str, key: &ApiKey) -> String {
        let mut request = Request::new(Method::GET, url.parse().unwrap());
        key.apply(&mut request).await.unwrap();
        request.url().to_string()
    }

    #[tokio::test]
    async fn a_query_key_goes_behind_what_is_there_and_changes_none_of_it() {
        let key = ApiKey::query("api key", "a&b=c d");
        for (url, with_key) in [
            ("http://api.test/", "http://api.test/?api+key=a%26b%3Dc+d"),
            (
                "http://api.test/?q=%7e%20#top",
                "http://api.test/?q=%7e%20&api+key=a%26b%3Dc+d#top",
            ),
        ] {
            assert_eq!(applied(url, &key).await, with_key);
            assert_eq!(applied(with_key, &key).await, with_key, "never twice");
        }
    }

    #[tokio::test]
    async fn a_parameter_of_the_same_name_is_left_alone_however_it_is_written() {
        let key = ApiKey::query("key", "ours");
        for own in ["http://a.test/?key=theirs", "http://a.test/?%6Bey"] {
            assert_eq!(applied(own, &key).await, own);
        }
    }

    #[test]
    fn what_no_header_can_carry_is_refused_without_showing_it() {
        let error = ApiKey::header("x-api-key", "hunter2\n").unwrap_err();
        assert_eq!(error, InvalidApiKey::Key);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        let error = ApiKey::header("x api key", "hunter2").unwrap_err();
        assert_eq!(error, InvalidApiKey::Name);
    }

    #[test]
    fn debug_shows_where_the_key_goes_and_not_the_key() {
        let header = ApiKey::header("x-api-key", "hunter2").unwrap();
        assert!(header.header().unwrap().1.is_sensitive());
        assert_eq!(
            format!("{header:?}"),
            r#"ApiKey { header: "x-api-key", .. }"#
        );
        let query = ApiKey::query("key", "hunter2");
        assert_eq!(format!("{query:?}"), r#"ApiKey { query: "key", .. }"#);
    }
}

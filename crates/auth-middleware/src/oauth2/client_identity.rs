//! How a client says who it is (RFC 6749 §2.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use super::form::Form;

#[derive(Clone, Debug)]
pub(crate) struct ClientIdentity {
    pub(crate) id: String,
    /// None for a public client.
    pub(crate) secret: Option<SecretString>,
    pub(crate) secret_in_body: bool,
}

impl ClientIdentity {
    /// Puts the client on a post: into the form, or into the header that is returned. Never into both (§2.3), whatever the form
    /// says of a client so far.
    pub(crate) fn put_on(&self, form: &mut Form) -> Option<HeaderValue> {
        match &self.secret {
            Some(secret) if !self.secret_in_body => {
                form.remove("client_id");
                form.remove("client_secret");
                return basic(&self.id, secret);
            }
            Some(secret) => {
                form.set("client_id", self.id.as_str());
                form.set("client_secret", secret.clone());
            }
            None => form.set("client_id", self.id.as_str()),
        }
        None
    }
}

/// Both are form-urlencoded before they become user and password (§2.3.1), so that a colon in the id does no harm.
fn basic(id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
    let value = format!("Basic {}", STANDARD.encode(pair));
    let mut header = HeaderValue::try_from(value).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_on(id: &str, secret: Option<&str>, secret_in_body: bool) -> (String, Option<String>) {
        let identity = ClientIdentity {
            id: id.to_owned(),
            secret: secret.map(Into::into),
            secret_in_body,
        };
        let mut form = Form::default();
        let header = identity.put_on(&mut form);
        let header = header.map(|header| {
            assert!(header.is_sensitive());
            let pair = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
            String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap()
        });
        (form.encode(), header)
    }

    #[test]
    fn a_client_is_in_the_header_or_in_the_body_and_never_in_both() {
        let basic = |pair: &str| (String::new(), Some(pair.to_owned()));
        let body = |body: &str| (body.to_owned(), None);
        // id, secret, in the body
        let table = [
            ("cli", None, false, body("client_id=cli")),
            ("cli", None, true, body("client_id=cli")),
            ("cli", Some("s"), false, basic("cli:s")),
            ("cli", Some(""), false, basic("cli:")),
            ("a:b", Some("c:d"), false, basic("a%3Ab:c%3Ad")),
            ("a b", Some("c+d"), false, basic("a+b:c%2Bd")),
            ("ü", Some("%~"), false, basic("%C3%BC:%25%7E")),
            (
                "a b",
                Some("c&d"),
                true,
                body("client_id=a+b&client_secret=c%26d"),
            ),
        ];
        for (id, secret, in_body, expected) in table {
            assert_eq!(put_on(id, secret, in_body), expected, "{id} {secret:?}");
        }
    }
}

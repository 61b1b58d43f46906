//! The programs that may ask for tokens.

use std::collections::HashMap;

use crate::demo_api::secret::Secret;

/// The clients by their ids. One without a secret is public (RFC 6749 §2.1).
#[derive(Debug)]
pub(crate) struct Clients(HashMap<String, Option<Secret>>);

/// What a request shows of its client.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) id: &'a str,
    pub(super) secret: Option<&'a Secret>,
}

/// A client that is who it says, as far as that can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client<'a> {
    pub(super) id: &'a str,
    /// It has shown its secret.
    pub(super) is_confidential: bool,
}

impl Clients {
    pub(crate) fn new(secrets: HashMap<String, Option<Secret>>) -> Self {
        Self(secrets)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The client that is shown, if it is known and its secret is right: a confidential one must show it, a public one has
    /// none to show.
    pub(super) fn identify(&self, shown: &Shown<'_>) -> Option<Client<'_>> {
        let (id, secret) = self.0.get_key_value(shown.id)?;
        let is_confidential = secret.is_some();
        (secret.as_ref() == shown.secret).then_some(Client {
            id,
            is_confidential,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidential_client_must_show_its_secret_and_a_public_one_has_none() {
        let secrets = [
            ("service".to_owned(), Some(Secret::new("babbage"))),
            ("cli".to_owned(), None),
        ];
        let clients = Clients::new(secrets.into());
        for (id, secret, confidential) in [
            ("service", Some("babbage"), Some(true)),
            ("service", Some("lovelace"), None),
            ("service", Some(""), None),
            ("service", None, None),
            ("cli", None, Some(false)),
            ("cli", Some("babbage"), None),
            ("nobody", None, None),
            ("nobody", Some("babbage"), None),
        ] {
            let secret = secret.map(Secret::new);
            let shown = Shown {
                id,
                secret: secret.as_ref(),
            };
            let client = confidential.map(|is_confidential| Client {
                id,
                is_confidential,
            });
            assert_eq!(clients.identify(&shown), client, "{id} {secret:?}");
        }
    }
}

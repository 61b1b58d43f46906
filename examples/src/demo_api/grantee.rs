//! Whom tokens are for.

use super::scope::Scope;

/// Who may do what, and through which client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grantee {
    /// A user, or a client that acts for itself.
    pub(super) name: String,
    /// The client that the tokens are issued to. None for those of `POST /login`, which anyone may refresh.
    pub(super) client: Option<String>,
    pub(super) scope: Scope,
}

impl Grantee {
    /// Whether tokens of this grantee may be used by who has shown to be this client (RFC 6749 §6).
    pub(super) fn is_open_to(&self, client: Option<&str>) -> bool {
        self.client.is_none() || self.client.as_deref() == client
    }
}

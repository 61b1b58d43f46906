//! Under what an answer is stored.

use std::fmt;

use request_context::Principal;
use url::{Position, Url};

/// Under what answers are stored: for whom, and what was asked for. The method is no part of it, since only answers to `GET`
/// are stored.
///
/// Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    scope: Scope,
    resource: Resource,
}

/// For whom answers are stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// For whoever asks without a credential.
    Anonymous,
    /// For this principal.
    Principal(Principal),
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Resource {
    Url(Box<str>),
    Named(Box<str>),
}

impl Key {
    /// What is stored in this scope for this URL. Fragment and userinfo make no difference.
    pub fn of_url(scope: Scope, url: &Url) -> Self {
        Self {
            scope,
            resource: Resource::Url(name_of_resource(url).concat().into()),
        }
    }

    /// What is stored in this scope under a name of the caller's own.
    pub fn named(scope: Scope, name: &str) -> Self {
        Self {
            scope,
            resource: Resource::Named(name.into()),
        }
    }

    /// For whom.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The URL without its fragment and userinfo, or the caller's own name.
    pub fn resource(&self) -> &str {
        match &self.resource {
            Resource::Url(text) | Resource::Named(text) => text,
        }
    }

    /// Whether [`resource`](Self::resource) is a name of the caller's own.
    pub fn is_named(&self) -> bool {
        matches!(self.resource, Resource::Named(_))
    }
}

/// What a URL names, in two pieces: without its fragment and userinfo, which are the asker's own.
pub(crate) fn name_of_resource(url: &Url) -> [&str; 2] {
    [
        &url[..Position::BeforeUsername],
        &url[Position::BeforeHost..Position::AfterQuery],
    ]
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(url: &str) -> Key {
        Key::of_url(Scope::Anonymous, &url.parse().unwrap())
    }

    #[test]
    fn fragments_and_userinfo_make_no_difference() {
        let plain = key("https://a.test/x?y");
        assert_eq!(plain.resource(), "https://a.test/x?y");
        for same in [
            "https://a.test/x?y#z",
            "https://u:p@a.test/x?y",
            "https://u@a.test:443/x?y#z",
            "https://:p@a.test/x?y",
        ] {
            assert_eq!(key(same), plain, "{same}");
        }
        for other in [
            "https://a.test/x",
            "https://a.test/x?Y",
            "http://a.test/x?y",
            "https://a.test:8443/x?y",
        ] {
            assert_ne!(key(other), plain, "{other}");
        }
    }

    #[test]
    fn each_principal_has_keys_of_its_own() {
        let url = "https://a.test/x".parse().unwrap();
        let of = |name: &'static str| Key::of_url(Scope::Principal(Principal::new(name)), &url);
        assert_eq!(of("ada"), of("ada"));
        assert_ne!(of("ada"), of("bob"));
        assert_ne!(of("ada"), key("https://a.test/x"));
        assert_ne!(of(""), key("https://a.test/x"));
    }

    #[test]
    fn a_name_is_never_a_url() {
        assert_ne!(
            Key::named(Scope::Anonymous, "https://a.test/x"),
            key("https://a.test/x")
        );
    }

    #[test]
    fn debug_shows_neither_principal_nor_url() {
        let scope = Scope::Principal(Principal::new("ada"));
        let key = Key::of_url(scope, &"https://a.test/?key=hunter2".parse().unwrap());
        assert_eq!(
            format!("{key:?}"),
            "Key { scope: Principal(Principal(..)), .. }"
        );
    }
}

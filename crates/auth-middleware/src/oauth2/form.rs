//! What is posted to an endpoint.

use std::borrow::Cow;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::Serializer;

/// May be there several times (RFC 8707 §2), as no other parameter may (RFC 6749 §3.2).
const REPEATABLE: &str = "resource";

/// The parameters of a post, each of which may be a secret.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(Cow<'static, str>, SecretString)>);

impl Form {
    /// Sets a parameter in the place of what it was. A `resource` is added.
    pub(crate) fn set(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<SecretString>,
    ) {
        let name = name.into();
        if name != REPEATABLE {
            self.remove(&name);
        }
        self.0.push((name, value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| own != name);
    }

    /// Adds what another form has, as far as this one has no parameter of that name.
    pub(crate) fn extend(&mut self, other: &Self) {
        let more = other.0.iter().filter(|(name, _)| !self.has(name));
        let more: Vec<_> = more.cloned().collect();
        self.0.extend(more);
    }

    /// The body (RFC 6749 appendix B).
    pub(crate) fn encode(&self) -> String {
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| (name, value.expose_secret()));
        Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_resource_may_repeat_and_values_are_encoded() {
        let mut form = Form::default();
        form.set("scope", "a");
        form.set("resource", "https://a.test/?x=1&y=2");
        form.set("resource", "ü +");
        form.set("scope", "b");
        assert_eq!(
            form.encode(),
            "resource=https%3A%2F%2Fa.test%2F%3Fx%3D1%26y%3D2&resource=%C3%BC+%2B&scope=b"
        );
    }

    #[test]
    fn more_parameters_take_the_place_of_none() {
        let mut form = Form::default();
        form.set("grant_type", "refresh_token");
        let mut more = Form::default();
        more.set("grant_type", "password");
        more.set("tenant", "a");
        more.set("tenant", "b");
        form.extend(&more);
        assert_eq!(form.encode(), "grant_type=refresh_token&tenant=b");
    }

    #[test]
    fn debug_shows_names_only() {
        let mut form = Form::default();
        form.set("refresh_token", "hunter2");
        assert_eq!(format!("{form:?}"), r#"{"refresh_token"}"#);
    }
}

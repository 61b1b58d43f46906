//! Members of a token endpoint's answer that nothing here knows.

use std::fmt;

use serde_json::{Map, Value};

/// The members that have a field of their own.
pub(crate) const KNOWN: [&str; 8] = [
    "access_token",
    "refresh_token",
    "token_type",
    "expires_in",
    "expires_at",
    "scope",
    "session",
    "refresh_under_way_sha256",
];

/// Members that we have no field for. They may be secrets, so no `Debug` shows them.
#[derive(Clone, Default)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    /// What is left of an object, when the known ones have been taken out.
    pub(crate) fn left_over(mut members: Map<String, Value>) -> Self {
        members.retain(|name, _| !KNOWN.contains(&name.as_str()));
        Self(members)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets one, unless it is one of those that have a field: it would pass for that when it is read again.
    pub(crate) fn insert(&mut self, name: String, value: Value) {
        if !KNOWN.contains(&name.as_str()) {
            self.0.insert(name, value);
        }
    }

    pub(crate) fn succeeded_by(&self, answer: Self) -> Self {
        let mut members = self.0.clone();
        members.extend(answer.0);
        Self(members)
    }

    pub(crate) fn to_map(&self) -> Map<String, Value> {
        self.0.clone()
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Members(..)")
    }
}

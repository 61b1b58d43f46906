//! On whose behalf a call is made.

use std::fmt;
use std::sync::Arc;

/// On whose behalf a call is made: an opaque name that survives token refreshes and changes with the login.
///
/// Its `Debug` does not show the name, since programs put account names and e-mail addresses here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal(Arc<str>);

impl Principal {
    /// Names a principal. Two calls with equal names may share what belongs to one user, such as cached answers.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Principal {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Principal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_name() {
        let principal = Principal::new("ada@example.com");
        assert_eq!(format!("{principal:?}"), "Principal(..)");
        assert_eq!(principal.as_str(), "ada@example.com");
    }
}

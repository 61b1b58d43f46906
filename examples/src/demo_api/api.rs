//! What a demo API is made of, before it runs.

use std::collections::HashMap;
use std::time::Duration;

use super::secret::Secret;
use super::sessions::Sessions;
use super::state::Shared;

/// An API that is ready to run: see [`DemoApi::start`] and [`DemoApi::serve`].
#[derive(Debug)]
#[must_use]
pub struct DemoApi {
    sessions: Sessions,
}

/// Builds a [`DemoApi`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DemoApiBuilder {
    token_lifetime: Duration,
    reuse_leeway: Duration,
    users: HashMap<String, Secret>,
}

impl DemoApi {
    /// Starts with the defaults: tokens live for an hour, no leeway for reuse, and the user `ada` with the password `lovelace`.
    pub fn builder() -> DemoApiBuilder {
        DemoApiBuilder {
            token_lifetime: Duration::from_secs(3600),
            reuse_leeway: Duration::ZERO,
            users: HashMap::new(),
        }
    }

    pub(super) fn into_shared(self) -> Shared {
        Shared::new(self.sessions)
    }
}

impl DemoApiBuilder {
    /// How long an access token lives. One hour unless set. `expires_in` tells it in whole seconds, rounded down.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// For how long after its first use a refresh token gets the same successor again.
    ///
    /// Zero unless set: then each reuse revokes the session.
    pub fn reuse_leeway(mut self, leeway: Duration) -> Self {
        self.reuse_leeway = leeway;
        self
    }

    /// Adds a user who can log in. Without any, there is `ada` with the password `lovelace`.
    pub fn user(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.users.insert(username.into(), Secret::new(password));
        self
    }

    /// The API with these settings, and with nobody logged in.
    pub fn build(mut self) -> DemoApi {
        if self.users.is_empty() {
            self = self.user("ada", "lovelace");
        }
        DemoApi {
            sessions: Sessions::new(self.users, self.token_lifetime, self.reuse_leeway),
        }
    }
}

//! What a demo API is made of, before it runs.

use std::collections::HashMap;
use std::time::Duration;

use super::accounts::Accounts;
use super::oauth::{AuthorizationCodes, Clients, DeviceCodes};
use super::secret::Secret;
use super::sessions::Sessions;
use super::state::{Parts, Shared};

/// An API that is ready to run: see [`DemoApi::start`] and [`DemoApi::serve`].
#[derive(Debug)]
#[must_use]
pub struct DemoApi {
    parts: Parts,
}

/// Builds a [`DemoApi`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DemoApiBuilder {
    token_lifetime: Duration,
    reuse_leeway: Duration,
    users: HashMap<String, Secret>,
    clients: HashMap<String, Option<Secret>>,
    authorization_code_lifetime: Duration,
    device_code_lifetime: Duration,
    device_interval: Duration,
}

impl DemoApi {
    /// Starts with the defaults: tokens live for an hour, no leeway for reuse, and the user `ada` with the password `lovelace`.
    /// The clients are `cli`, which is public, and `service` with the secret `babbage`.
    pub fn builder() -> DemoApiBuilder {
        DemoApiBuilder {
            token_lifetime: Duration::from_secs(3600),
            reuse_leeway: Duration::ZERO,
            users: HashMap::new(),
            clients: HashMap::new(),
            authorization_code_lifetime: Duration::from_secs(60),
            device_code_lifetime: Duration::from_secs(600),
            device_interval: Duration::from_secs(5),
        }
    }

    pub(super) fn into_shared(self, url: &str) -> Shared {
        Shared::new(self.parts, url)
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

    /// Adds a client that proves itself by a secret, and may ask for tokens of its own (RFC 6749 §4.4). Without any client,
    /// there are `service` with the secret `babbage`, and `cli`.
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.clients.insert(id.into(), Some(Secret::new(secret)));
        self
    }

    /// Adds a client that has no secret, such as a program on a user's machine (RFC 6749 §2.1).
    pub fn public_client(mut self, id: impl Into<String>) -> Self {
        self.clients.insert(id.into(), None);
        self
    }

    /// How long an authorization code can be redeemed. One minute unless set.
    pub fn authorization_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.authorization_code_lifetime = lifetime;
        self
    }

    /// How long a device waits for its user. Ten minutes unless set. `expires_in` tells it in whole seconds, rounded down.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.device_code_lifetime = lifetime;
        self
    }

    /// How long a device waits between two polls. Five seconds unless set, told in whole seconds, rounded down. Who polls
    /// sooner has to wait five seconds longer from then on.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.device_interval = interval;
        self
    }

    /// The API with these settings, and with nobody logged in.
    pub fn build(mut self) -> DemoApi {
        if self.users.is_empty() {
            self = self.user("ada", "lovelace");
        }
        if self.clients.is_empty() {
            self = self.public_client("cli").client("service", "babbage");
        }
        let parts = Parts {
            accounts: Accounts::new(self.users),
            clients: Clients::new(self.clients),
            sessions: Sessions::new(self.token_lifetime, self.reuse_leeway),
            device_codes: DeviceCodes::new(self.device_code_lifetime, self.device_interval),
            authorization_codes: AuthorizationCodes::new(self.authorization_code_lifetime),
        };
        DemoApi { parts }
    }
}

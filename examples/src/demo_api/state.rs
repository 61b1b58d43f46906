//! What all handlers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accounts::Accounts;
use super::countries::Countries;
use super::faults::Arrivals;
use super::messages::Messages;
use super::oauth::{AuthorizationCodes, Clients, DeviceCodes};
use super::sessions::Sessions;
use super::stats::Counters;

/// One demo API's state. Each lock is held for a map look-up, never across an await.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) counters: Arc<Counters>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) clients: Arc<Clients>,
    /// The base URL, without a slash at the end. It is the issuer too.
    pub(super) url: Arc<str>,
    locked: Arc<Locked>,
}

/// What is there before the API runs.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) accounts: Accounts,
    pub(super) clients: Clients,
    pub(super) sessions: Sessions,
    pub(super) device_codes: DeviceCodes,
    pub(super) authorization_codes: AuthorizationCodes,
}

#[derive(Debug)]
struct Locked {
    sessions: Mutex<Sessions>,
    device_codes: Mutex<DeviceCodes>,
    authorization_codes: Mutex<AuthorizationCodes>,
    messages: Mutex<Messages>,
    countries: Mutex<Countries>,
    flaky: Mutex<Arrivals>,
    dropping: Mutex<Arrivals>,
}

impl Shared {
    pub(super) fn new(parts: Parts, url: &str) -> Self {
        let locked = Locked {
            sessions: Mutex::new(parts.sessions),
            device_codes: Mutex::new(parts.device_codes),
            authorization_codes: Mutex::new(parts.authorization_codes),
            messages: Mutex::new(Messages::seeded()),
            countries: Mutex::new(Countries::seeded()),
            flaky: Mutex::default(),
            dropping: Mutex::default(),
        };
        Self {
            counters: Arc::default(),
            accounts: Arc::new(parts.accounts),
            clients: Arc::new(parts.clients),
            url: url.into(),
            locked: Arc::new(locked),
        }
    }

    /// Whoever takes them beside the authorization codes takes those first.
    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        lock(&self.locked.sessions)
    }

    pub(super) fn device_codes(&self) -> MutexGuard<'_, DeviceCodes> {
        lock(&self.locked.device_codes)
    }

    pub(super) fn authorization_codes(&self) -> MutexGuard<'_, AuthorizationCodes> {
        lock(&self.locked.authorization_codes)
    }

    pub(super) fn messages(&self) -> MutexGuard<'_, Messages> {
        lock(&self.locked.messages)
    }

    pub(super) fn countries(&self) -> MutexGuard<'_, Countries> {
        lock(&self.locked.countries)
    }

    /// What arrived at `/flaky/{key}`.
    pub(super) fn flaky(&self) -> MutexGuard<'_, Arrivals> {
        lock(&self.locked.flaky)
    }

    /// What arrived at `/drop/{key}`.
    pub(super) fn dropping(&self) -> MutexGuard<'_, Arrivals> {
        lock(&self.locked.dropping)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

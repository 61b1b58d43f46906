//! Devices that wait for their users (RFC 8628). Pure: time and fresh codes come in as arguments.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::user_code::UserCode;
use crate::demo_api::grantee::Grantee;
use crate::demo_api::scope::Scope;
use crate::demo_api::secret::Secret;

/// What each `slow_down` adds to the interval (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// The devices that wait, and those whose user has said no.
#[derive(Debug)]
pub(crate) struct DeviceCodes {
    lifetime: Duration,
    interval: Duration,
    waiting: HashMap<Secret, Device>,
}

#[derive(Debug)]
struct Device {
    user_code: UserCode,
    client: String,
    scope: Scope,
    issued: Instant,
    interval: Duration,
    polled: Option<Instant>,
    decision: Option<Decision>,
}

/// What a user says to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve { username: String },
    Deny,
}

/// There is nothing to decide for this user code: never issued, decided, or expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NothingToDecide;

/// Why a device gets no tokens yet, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PollRefused {
    /// Never issued, used, or issued to another client.
    Unknown,
    Pending,
    /// Pending, and asked too soon: the interval has just grown.
    SlowDown,
    Denied,
    Expired,
}

impl DeviceCodes {
    pub(crate) fn new(lifetime: Duration, interval: Duration) -> Self {
        Self {
            lifetime,
            interval,
            waiting: HashMap::new(),
        }
    }

    pub(super) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// How long a device waits between two polls, to begin with.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Begins to wait for a user.
    pub(super) fn begin(
        &mut self,
        device_code: Secret,
        user_code: UserCode,
        client: &str,
        scope: Scope,
        now: Instant,
    ) {
        let device = Device {
            user_code,
            client: client.to_owned(),
            scope,
            issued: now,
            interval: self.interval,
            polled: None,
            decision: None,
        };
        self.waiting.insert(device_code, device);
    }

    /// The client and the scope that a user code is about.
    pub(super) fn asked_by(
        &self,
        user_code: &UserCode,
        now: Instant,
    ) -> Result<(&str, Scope), NothingToDecide> {
        let mut devices = self.waiting.values();
        let device = devices.find(|device| device.is_undecided(user_code, self.lifetime, now));
        let device = device.ok_or(NothingToDecide)?;
        Ok((&device.client, device.scope))
    }

    /// A user decides, once.
    pub(super) fn decide(
        &mut self,
        user_code: &UserCode,
        decision: Decision,
        now: Instant,
    ) -> Result<(), NothingToDecide> {
        let mut devices = self.waiting.values_mut();
        let device = devices.find(|device| device.is_undecided(user_code, self.lifetime, now));
        device.ok_or(NothingToDecide)?.decision = Some(decision);
        Ok(())
    }

    /// A device asks whether its user has decided. An approval is handed out once.
    pub(super) fn poll(
        &mut self,
        device_code: &str,
        client: &str,
        now: Instant,
    ) -> Result<Grantee, PollRefused> {
        let device = self.waiting.get_mut(device_code);
        let device = device.filter(|device| device.client == client);
        let device = device.ok_or(PollRefused::Unknown)?;
        if device.is_expired(self.lifetime, now) {
            return Err(PollRefused::Expired);
        }
        match &device.decision {
            None => Err(device.keep_waiting(now)),
            Some(Decision::Deny) => Err(PollRefused::Denied),
            Some(Decision::Approve { username }) => {
                let grantee = Grantee {
                    name: username.clone(),
                    client: Some(device.client.clone()),
                    scope: device.scope,
                };
                self.waiting.remove(device_code);
                Ok(grantee)
            }
        }
    }
}

impl Device {
    fn is_expired(&self, lifetime: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.issued) >= lifetime
    }

    fn is_undecided(&self, user_code: &UserCode, lifetime: Duration, now: Instant) -> bool {
        self.user_code == *user_code && self.decision.is_none() && !self.is_expired(lifetime, now)
    }

    fn keep_waiting(&mut self, now: Instant) -> PollRefused {
        let before = self.polled.replace(now);
        let is_soon =
            before.is_some_and(|before| now.saturating_duration_since(before) < self.interval);
        if !is_soon {
            return PollRefused::Pending;
        }
        self.interval += SLOWER;
        PollRefused::SlowDown
    }
}

#[cfg(test)]
mod tests;

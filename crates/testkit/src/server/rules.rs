//! Which behaviour a request gets: one-shots first, then by path, then the fallback.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use super::behaviour::Behaviour;
use super::received::ReceivedRequest;
use crate::Reply;

pub(super) type Respond = Arc<dyn Fn(&ReceivedRequest) -> Behaviour + Send + Sync>;

pub(super) struct Rules {
    once: VecDeque<Once>,
    paths: HashMap<String, Behaviour>,
    fallback: Choice,
    tokens: HashSet<String>,
    everyone: bool,
}

#[derive(Debug)]
struct Once {
    path: Option<String>,
    behaviour: Behaviour,
}

/// A behaviour, or what makes one. It is called after the lock on the rules is gone.
#[derive(Clone)]
pub(super) enum Choice {
    Behaviour(Behaviour),
    Respond(Respond),
}

impl Choice {
    pub(super) fn make(self, request: &ReceivedRequest) -> Behaviour {
        match self {
            Self::Behaviour(behaviour) => behaviour,
            Self::Respond(respond) => respond(request),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            once: VecDeque::new(),
            paths: HashMap::new(),
            fallback: Choice::Behaviour(Reply::status(200).into()),
            tokens: HashSet::new(),
            everyone: false,
        }
    }
}

impl Rules {
    pub(super) fn push_once(&mut self, path: Option<String>, behaviour: Behaviour) {
        self.once.push_back(Once { path, behaviour });
    }

    pub(super) fn once_left(&self) -> usize {
        self.once.len()
    }

    pub(super) fn set_path(&mut self, path: String, behaviour: Behaviour) {
        self.paths.insert(path, behaviour);
    }

    pub(super) fn fall_back_on(&mut self, choice: Choice) {
        self.fallback = choice;
    }

    pub(super) fn accept(&mut self, token: String) {
        self.tokens.insert(token);
    }

    pub(super) fn reject(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    pub(super) fn let_everyone_in(&mut self, everyone: bool) {
        self.everyone = everyone;
    }

    /// Tells whether the request that begins now is to be reset before it is read. Its path isn't known yet, so only
    /// rules that hold for any path count.
    pub(super) fn resets_before_reading(&mut self) -> bool {
        if let Some(once) = self.once.front() {
            let resets =
                once.path.is_none() && matches!(once.behaviour, Behaviour::ResetBeforeReading);
            if resets {
                self.once.pop_front();
            }
            return resets;
        }
        self.paths.is_empty()
            && matches!(
                self.fallback,
                Choice::Behaviour(Behaviour::ResetBeforeReading)
            )
    }

    pub(super) fn choose(&mut self, path: &str) -> Choice {
        let next = self
            .once
            .iter()
            .position(|once| once.path.as_deref().is_none_or(|only| only == path));
        if let Some(once) = next.and_then(|index| self.once.remove(index)) {
            return Choice::Behaviour(once.behaviour);
        }
        match self.paths.get(path) {
            Some(behaviour) => Choice::Behaviour(behaviour.clone()),
            None => self.fallback.clone(),
        }
    }

    /// Tells whether the request may pass [`Behaviour::UntilAuthorized`].
    pub(super) fn accepts(&self, request: &ReceivedRequest) -> bool {
        self.everyone || bearer_token(request).is_some_and(|token| self.tokens.contains(token))
    }
}

/// Returns the token of a `Bearer` credential (RFC 6750 §2.1). The scheme's case doesn't matter (RFC 9110 §11.1).
fn bearer_token(request: &ReceivedRequest) -> Option<&str> {
    let (scheme, token) = request.header(AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

pub(super) fn unauthorized() -> Reply {
    Reply::status(401).header(WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Behaviour(behaviour) => behaviour.fmt(f),
            Self::Respond(_) => f.write_str("Respond(..)"),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("once", &self.once)
            .field("paths", &self.paths)
            .field("fallback", &self.fallback)
            .finish_non_exhaustive()
    }
}

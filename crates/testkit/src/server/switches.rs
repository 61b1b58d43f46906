//! What a test tells a fault server to do.

use std::sync::Arc;

use super::rules::Choice;
use super::{Behaviour, FaultServer, ReceivedRequest};

impl FaultServer {
    /// Gives the next request this behaviour, whatever its path. One-shots are used up in the order in which they were
    /// added.
    pub fn once(&self, behaviour: impl Into<Behaviour>) -> &Self {
        self.shared.rules().push_once(None, behaviour.into());
        self
    }

    /// Gives the next request for this path this behaviour. The path has no query.
    pub fn once_on(&self, path: impl Into<String>, behaviour: impl Into<Behaviour>) -> &Self {
        let path = Some(path.into());
        self.shared.rules().push_once(path, behaviour.into());
        self
    }

    /// Returns how many one-shot behaviours are not used yet.
    #[must_use]
    pub fn once_left(&self) -> usize {
        self.shared.rules().once_left()
    }

    /// Gives every request for this path this behaviour. The path has no query.
    pub fn on(&self, path: impl Into<String>, behaviour: impl Into<Behaviour>) -> &Self {
        self.shared.rules().set_path(path.into(), behaviour.into());
        self
    }

    /// Gives every other request this behaviour. It replaces an earlier fallback.
    pub fn otherwise(&self, behaviour: impl Into<Behaviour>) -> &Self {
        let choice = Choice::Behaviour(behaviour.into());
        self.shared.rules().fall_back_on(choice);
        self
    }

    /// Gives every other request what `respond` makes of it. It replaces an earlier fallback.
    pub fn respond_with<F, B>(&self, respond: F) -> &Self
    where
        F: Fn(&ReceivedRequest) -> B + Send + Sync + 'static,
        B: Into<Behaviour>,
    {
        let respond = Arc::new(move |request: &ReceivedRequest| respond(request).into());
        self.shared.rules().fall_back_on(Choice::Respond(respond));
        self
    }

    /// Accepts this bearer token where [`Behaviour::UntilAuthorized`] asks for one.
    pub fn accept_token(&self, token: impl Into<String>) -> &Self {
        self.shared.rules().accept(token.into());
        self
    }

    /// Accepts this bearer token no more.
    pub fn reject_token(&self, token: impl AsRef<str>) -> &Self {
        self.shared.rules().reject(token.as_ref());
        self
    }

    /// Lets every request past [`Behaviour::UntilAuthorized`], or none without a token again. Off at first.
    pub fn let_everyone_in(&self, everyone: bool) -> &Self {
        self.shared.rules().let_everyone_in(everyone);
        self
    }
}

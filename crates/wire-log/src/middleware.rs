//! Middleware that tells of each attempt as tracing events.

use std::sync::Arc;

use http::Extensions;
use request_context::Handling;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use tracing::Level;

use crate::Redaction;
use crate::attempt::Attempt;
use crate::event::is_enabled;
use crate::tee;

/// Middleware that tells of each attempt as tracing events: one when it leaves, one when its answer's headers are there or
/// will never be, and with [`bodies`](Self::bodies) one when the answer's body has ended.
///
/// Their target is `wire_log`, their level `DEBUG`, their fields are listed in the [crate's documentation](crate#events).
/// While nobody listens it does nothing: it allocates nothing and looks at nothing but the level.
///
/// Clones share their settings.
///
/// # Errors
///
/// None of its own; all pass as they are.
///
/// # Cancel safety
///
/// An attempt whose future is dropped is told as such.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct LogMiddleware {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) level: Level,
    pub(crate) failure_level: Option<Level>,
    pub(crate) headers: bool,
    bodies: bool,
    bodies_in_release: bool,
    pub(crate) redaction: Redaction,
}

impl LogMiddleware {
    /// A layer that tells of everything but bodies, at level `DEBUG`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The level of all events. Default: `DEBUG`.
    pub fn level(mut self, level: Level) -> Self {
        self.change().level = level;
        self
    }

    /// The level for attempts that failed: no answer, or one with a status of 500 or more. Default: the
    /// [`level`](Self::level) of all others, since a failure may be tried again, and the last one is the caller's to tell.
    pub fn failure_level(mut self, level: Level) -> Self {
        self.change().failure_level = Some(level);
        self
    }

    /// What is shown of URLs, headers and bodies. Default: [`Redaction::new`].
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.change().redaction = redaction;
        self
    }

    /// Whether headers are told. Default: yes.
    pub fn headers(mut self, told: bool) -> Self {
        self.change().headers = told;
        self
    }

    /// Whether bodies are told, in builds with debug assertions: JSON and forms without their secrets, others by size and
    /// type, as far as the [limit](Redaction::body_limit) goes. Default: no.
    ///
    /// Nothing is read ahead or held back for it. A request body that is a stream is told as that. Of a response body the
    /// beginning is kept as it passes, and told when it has ended.
    ///
    /// Bodies hold what people wrote. Redaction goes by names, and can't know what is in a field called `note`. So builds
    /// without debug assertions, which are releases, keep quiet even so; see
    /// [`bodies_in_release`](Self::bodies_in_release).
    pub fn bodies(mut self, told: bool) -> Self {
        self.change().bodies = told;
        self
    }

    /// Whether [`bodies`](Self::bodies) are told in builds without debug assertions too. Default: no.
    pub fn bodies_in_release(mut self, told: bool) -> Self {
        self.change().bodies_in_release = told;
        self
    }

    fn change(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl Settings {
    /// Whether anyone listens to what this layer may tell.
    fn is_heard(&self) -> bool {
        is_enabled(self.level) || self.failure_level.is_some_and(is_enabled)
    }

    pub(crate) fn tells_bodies(&self) -> bool {
        tells_bodies(self.bodies, self.bodies_in_release, cfg!(debug_assertions))
            && is_enabled(self.level)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: Level::DEBUG,
            failure_level: None,
            headers: true,
            bodies: false,
            bodies_in_release: false,
            redaction: Redaction::new(),
        }
    }
}

fn tells_bodies(asked: bool, forced: bool, debug_build: bool) -> bool {
    asked && (debug_build || forced)
}

// By hand, so that nothing is allocated while nobody listens.
impl Middleware for LogMiddleware {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        if !self.settings.is_heard() {
            return next.run(request, extensions);
        }
        Box::pin(tell(&self.settings, request, extensions, next))
    }
}

async fn tell(
    settings: &Arc<Settings>,
    request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Response> {
    let attempt = Attempt::begin(settings, &request, extensions);
    match next.run(request, extensions).await {
        Ok(response) => {
            let answered = attempt.answered(&response);
            Ok(match answered {
                Some(attempt) => tee::tell_body(response, attempt),
                None => response,
            })
        }
        Err(error) => {
            attempt.failed(&error);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_told_when_asked_and_in_a_release_when_forced() {
        for (asked, forced, debug_build, told) in [
            (false, false, true, false),
            (false, true, true, false),
            (true, false, true, true),
            (true, true, true, true),
            (false, false, false, false),
            (false, true, false, false),
            (true, false, false, false),
            (true, true, false, true),
        ] {
            assert_eq!(tells_bodies(asked, forced, debug_build), told);
        }
    }
}

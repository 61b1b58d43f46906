//! What is known of a client's limits on time, so that a timeout is told for what it was.

use std::time::Duration;

use request_context::{Call, Instant};

use crate::ApiError;

/// The limits that reqwest has one error for. A request's own timeout takes the place of its client's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// How long a connection may be silent, if nobody has changed it.
    silence: Option<Duration>,
    /// Whether the client has a timeout, of which nobody here knows how long it is.
    has_timeout: bool,
}

/// The request's own timeout, and when the call began.
pub(crate) type Timeout = Option<(Duration, Instant)>;

impl Limits {
    /// The limits of a client with this silence, which a closure may have given others.
    pub(crate) fn of(client: &reqwest::ClientBuilder, silence: Option<Duration>) -> Self {
        Self {
            silence,
            // reqwest shows it here and nowhere else. Once it doesn't, a test will tell.
            has_timeout: format!("{client:?}").contains(" timeout: "),
        }
    }

    /// Tells a timeout as a silence, if it was one for sure.
    pub(crate) fn name(self, error: ApiError, call: &Call, timeout: Timeout) -> ApiError {
        // An attempt that a layer above the network has answered never left.
        let departure = call.last_departure();
        let begun = departure.map(|departure| departure.at());
        let begun = begun.or(timeout.map(|(_, begun)| begun));
        let own = timeout.map(|(limit, _)| limit);
        let limit = departure.map_or(own, |departure| departure.limit());
        let elapsed = begun.map(|begun| begun.elapsed()).unwrap_or_default();
        if limit.is_none() && self.has_timeout && !self.was_silent(&error, elapsed) {
            return error;
        }
        error.with_attempt_limit(limit, elapsed)
    }

    /// Before the headers, the silence and a timeout begin at the same time, so that the shorter one passes first.
    fn was_silent(self, error: &ApiError, elapsed: Duration) -> bool {
        let reqwest = error.find_source::<reqwest::Error>();
        let waits_for_headers = reqwest.is_some_and(reqwest::Error::is_request);
        waits_for_headers && self.silence.is_some_and(|silence| elapsed >= silence)
    }
}

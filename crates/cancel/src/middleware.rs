//! Middleware that ends a call when its token is cancelled or its deadline passes.

use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use request_context::{Call, Cancelled, DeadlineExceeded, HeadersTimedOut, Instant};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};

use crate::body;
use crate::{CancelOn, Deadline};

/// Middleware that ends a call when its token is cancelled or its deadline passes.
///
/// The token comes with the request, as a [`CancelOn`] in its extensions. The deadline is the client's
/// ([`deadline`](Self::deadline)), the request's ([`Deadline`]) or one that its [`Call`] has already, whichever is
/// earliest. Without either the layer does nothing.
///
/// # Cancel safety
///
/// Dropping the call's future does what cancelling does, without the error.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CancelMiddleware {
    deadline: Option<Duration>,
}

impl CancelMiddleware {
    /// A layer that gives calls no deadline of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives every call this long, from when it is sent to the end of its response body. Default: no limit.
    pub fn deadline(mut self, within: Duration) -> Self {
        self.deadline = Some(within);
        self
    }

    /// By when the call must have ended, by what the client and the request say.
    fn deadline_of(&self, extensions: &Extensions) -> Option<Instant> {
        let clients = self.deadline.map(Deadline::within);
        let deadline = match (clients, extensions.get::<Deadline>()) {
            (Some(clients), Some(own)) => own.or_earlier(clients),
            (Some(clients), None) => clients,
            (None, own) => *own?,
        };
        deadline.instant(Instant::now())
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for CancelMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if let Some(at) = self.deadline_of(extensions) {
            let call = Call::of(extensions);
            call.set_deadline(at);
        }
        if let Some(call) = Call::find(extensions) {
            call.stamp(&mut request).map_err(Error::middleware)?;
        }
        let Some(cancel) = extensions.get::<CancelOn>() else {
            let outcome = next.run(request, extensions).await;
            return outcome.map_err(|error| name_deadline(error, extensions));
        };
        let token = cancel.token().clone();
        if token.is_cancelled() {
            return Err(Error::middleware(Cancelled::new()));
        }
        let run = next.run(request, extensions);
        let Some(outcome) = token.run_until_cancelled(run).await else {
            return Err(Error::middleware(Cancelled::new()));
        };
        match outcome {
            Ok(response) => Ok(body::cancel_on(response, token)),
            Err(error) => Err(name_deadline(error, extensions)),
        }
    }
}

/// A timeout once the deadline has passed is the deadline's doing: reqwest's timer was stamped with it.
fn name_deadline(error: Error, extensions: &Extensions) -> Error {
    let overdue = || Call::find(extensions).is_some_and(|call| call.is_overdue());
    if is_timeout(&error) && overdue() {
        return Error::middleware(DeadlineExceeded::new());
    }
    error
}

fn is_timeout(error: &Error) -> bool {
    match error {
        Error::Reqwest(error) => error.is_timeout(),
        Error::Middleware(error) => {
            let reqwest = error.downcast_ref::<reqwest::Error>();
            error.is::<HeadersTimedOut>() || reqwest.is_some_and(reqwest::Error::is_timeout)
        }
    }
}

//! Middleware that ends a call when one of its tokens is cancelled or its deadline passes.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use http::{Extensions, HeaderName};
use request_context::{Call, DeadlineExceeded, HeadersTimedOut, Instant};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};

use crate::body;
use crate::watch::Watch;
use crate::{CancelOn, Deadline};

/// Middleware that ends a call when one of its tokens is cancelled or its deadline passes.
///
/// The tokens come with the request, as a [`CancelOn`] in its extensions. The deadline is the client's
/// ([`deadline`](Self::deadline)), the request's ([`Deadline`]) or one that its [`Call`] has already, whichever is
/// earliest. Without either the layer does nothing.
///
/// # Errors
///
/// [`Cancelled`](crate::Cancelled), with the reason, or [`DeadlineExceeded`], as
/// [`Error::Middleware`]. All other errors pass as they are.
///
/// # Cancel safety
///
/// Dropping the call's future does what cancelling does, without the error.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CancelMiddleware {
    deadline: Option<Duration>,
    deadline_header: Option<HeaderName>,
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

    /// Tells the server in this header how much time is left until the deadline, in whole milliseconds, so that it can
    /// stop working for nobody. Default: no header.
    ///
    /// Each attempt says what is left when it is sent; it takes the place of a header of that name. A call without a
    /// deadline has no such header. No name is standard: take the one that the server reads, such as
    /// `x-envoy-expected-rq-timeout-ms`.
    pub fn deadline_header(mut self, name: HeaderName) -> Self {
        self.deadline_header = Some(name);
        self
    }

    /// Tells the layers below by when the call must have ended, and limits the request to that.
    fn set_deadline(&self, request: &mut Request, extensions: &mut Extensions) -> Result<()> {
        if let Some(at) = self.deadline_of(extensions) {
            Call::of(extensions).set_deadline(at);
        }
        let Some(call) = Call::find(extensions) else {
            return Ok(());
        };
        if let Some(name) = &self.deadline_header {
            call.set_deadline_header(name.clone());
        }
        call.stamp(request).map_err(Error::middleware)
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
        self.set_deadline(&mut request, extensions)?;
        let Some(cancel) = extensions.get::<CancelOn>() else {
            let outcome = next.run(request, extensions).await;
            return outcome.map_err(|error| name_deadline(error, extensions));
        };
        if let Some(cancelled) = cancel.error() {
            return Err(Error::middleware(cancelled));
        }
        let mut watch = Watch::from(cancel.clone());
        match until_cancelled(next.run(request, extensions), &mut watch).await {
            Ok(response) => Ok(body::cancel_on(response, watch)),
            Err(error) => Err(name_deadline(error, extensions)),
        }
    }
}

/// Runs the call until it ends or is cancelled. Once a token is cancelled it brings no answer, even if there is one.
async fn until_cancelled<F>(mut run: F, watch: &mut Watch) -> Result<Response>
where
    F: Future<Output = Result<Response>> + Unpin,
{
    poll_fn(|context| watch.poll(context, |context| Pin::new(&mut run).poll(context)))
        .await
        .unwrap_or_else(|cancelled| Err(Error::middleware(cancelled)))
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

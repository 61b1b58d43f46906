//! What the tests of the middleware share.
#![allow(clippy::expect_used, clippy::unwrap_used)]
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(unreachable_pub, reason = "a module of several test crates")]

use std::error::Error as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use cancel::{CancelMiddleware, Cancelled};
use reqwest_middleware::{ClientWithMiddleware, Error};
use testkit::ScriptedTransport;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub const URL: &str = "http://localhost/report?id=7";

pub fn client(transport: &ScriptedTransport) -> ClientWithMiddleware {
    client_with(transport, CancelMiddleware::new())
}

pub fn client_with(transport: &ScriptedTransport, layer: CancelMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// What a task ends with. Under paused time one that hangs fails at once.
pub async fn ended<T>(task: JoinHandle<T>) -> T {
    let outcome = timeout(seconds(3600), task).await;
    outcome.expect("it has ended").unwrap()
}

/// The error of a call that was cancelled.
pub fn cancelled<T>(outcome: reqwest_middleware::Result<T>) -> Cancelled {
    let error = outcome.err().expect("it was cancelled");
    typed::<Cancelled>(&error).expect("a typed error").clone()
}

/// The typed error that the chain returned.
pub fn typed<T: std::error::Error + Send + Sync + 'static>(error: &Error) -> Option<&T> {
    match error {
        Error::Middleware(error) => error.downcast_ref(),
        Error::Reqwest(_) => None,
    }
}

/// The typed error in a body's error, two sources down as reqwest has it.
pub fn in_body(error: &reqwest::Error) -> Option<&Cancelled> {
    error.source()?.source()?.downcast_ref()
}

/// A task that is polled by hand, so that a test can tell who still holds its waker.
#[derive(Debug, Default)]
pub struct Task(Arc<Noted>);

#[derive(Debug, Default)]
struct Noted;

impl Wake for Noted {
    fn wake(self: Arc<Self>) {}
}

impl Task {
    pub fn poll<F: Future + ?Sized>(&self, future: &mut Pin<Box<F>>) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.0));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// How many wakers of this task are kept anywhere.
    pub fn wakers(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
